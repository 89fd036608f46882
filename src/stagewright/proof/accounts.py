"""The system's users and groups: nobody new, and nobody gone whom the user's instructions made."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TOOL = re.compile(r"\b(?:(?:user|group)(?:add|mod)|add(?:user|group)|gpasswd)\s([^&|;\n]*)")
_FILES = frozenset(f"/etc/{name}" for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid"))


def is_accounts(path: str) -> bool:
    return path in _FILES


def remain(before: bytes, after: bytes, *, made: bytes, before_base: bytes, after_base: bytes) -> bool:
    """Whether nobody is gone but the original's base's own, whom the new base does not have either.

    `made` is the original's file where the user's instructions wrote it. The day on which a password was
    set does not count, here and in `gained`.
    """
    old, new = _lines(before), _lines(after)
    return _lines(made) - _lines(before_base) <= new and old & _lines(after_base) <= new


def by_hand(text: bytes, instructions: Iterable[str]) -> bytes:
    """The lines of whom instructions make or change with a tool for accounts, whatever else they install."""
    words = {word for one in instructions for call in _TOOL.findall(one) for word in call.split()}
    lines = text.splitlines(keepends=True)
    return b"".join(line for line in lines if line.split(b":")[0].decode("utf-8", "replace") in words)


def gained(before: bytes, after: bytes, after_base: bytes) -> bool:
    """Whether `after` has somebody whom neither the original has nor its own base."""
    return not _lines(after) <= _lines(before) | _lines(after_base)


def _lines(text: bytes) -> set[tuple[bytes, ...]]:
    return {_fields(line) for line in text.splitlines() if line}


def _fields(line: bytes) -> tuple[bytes, ...]:
    fields = line.split(b":")
    # Nine fields are /etc/shadow's, the third of them a date.
    return tuple(fields[:2] + fields[3:] if len(fields) == 9 else fields)
