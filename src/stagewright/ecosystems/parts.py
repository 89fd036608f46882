"""A RUN's command in its parts, each changed by itself."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_OTHER_OPERATORS = re.compile(r"[;|<>`\n]")


def change_parts(command: str, change: Callable[[str, list[str]], str | None]) -> str | None:
    """Apply `change` to each part between `&&`; None when it changes none.

    `change` gets the part's text and its words (leading assignments left out), and says None for a part
    that is to stay. A part that other operators join, or that does not parse, stays.
    """
    parts = re.split(r"\s+&&\s+", command.strip())
    changed = [_changed(part, change) for part in parts]
    if all(part is None for part in changed):
        return None
    return " && ".join(old if new is None else new for new, old in zip(changed, parts, strict=True))


def with_flag(command: str, verb: list[str], present: re.Pattern[str], flag: str) -> str | None:
    """`flag` behind each part that begins with `verb` and lacks `present`; None as `change_parts`."""

    def change(part: str, words: list[str]) -> str | None:
        if words[: len(verb)] != verb:
            return None
        return part if present.search(part) else f"{part} {flag}"

    return change_parts(command, change)


def _changed(part: str, change: Callable[[str, list[str]], str | None]) -> str | None:
    if _OTHER_OPERATORS.search(part):
        return None
    try:
        words = shlex.split(part)
    except ValueError:
        return None
    while words and ASSIGNMENT.match(words[0]):
        words.pop(0)
    return change(part, words) if words else None
