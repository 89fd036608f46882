"""Files of variables as a compose file's `env_file` names them."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping

from stagewright.budget import Budget
from stagewright.project.interpolation import interpolate

_NOTHING = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_ENTRY = re.compile(
    r"""[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*
    (?:=[ \t]*(?:'(?P<raw>[^']*)'|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\n'"][^\n]*)?))?
    [ \t]*(?:[ \t]\#[^\n]*)?(?:\n|\Z)""",
    re.X | re.S,
)
_COMMENT = re.compile(r"(?:^|\s)#.*")
_ESCAPED = re.compile(r"\\(.)", re.S)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def read_env(text: str, given: Mapping[str, str]) -> dict[str, str]:
    """The variables; values use those of `given` and earlier ones, within single quotes nothing is replaced.

    A name without `=` has the value of `given`, or is left out. Raises ValueError with the line's number.
    """
    text = text.replace("\r\n", "\n")
    values: dict[str, str] = {}
    known = ChainMap(dict(given), values)
    budget = Budget()
    at = 0
    while at < len(text):
        if nothing := _NOTHING.match(text, at):
            at = nothing.end()
            continue
        entry = _ENTRY.match(text, at)
        if entry is None:
            raise ValueError(f"line {_line(text, at)} is not NAME=VALUE")
        try:
            value = _value(entry, known)
            budget.take((value or "")[len(entry[0]) :])
        except ValueError as error:
            raise ValueError(f"line {_line(text, at)}: {error}") from error
        at = entry.end()
        if value is not None:
            values[entry["name"]] = value
    return values


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _value(entry: re.Match[str], known: Mapping[str, str]) -> str | None:
    if entry["raw"] is not None:
        return entry["raw"]
    if entry["quoted"] is not None:
        return interpolate(_ESCAPED.sub(_unescaped, entry["quoted"]), known).text
    if entry["plain"] is not None:
        return interpolate(_COMMENT.sub("", entry["plain"]).strip(), known).text
    return "" if "=" in entry[0].partition("#")[0] else known.get(entry["name"])


def _unescaped(match: re.Match[str]) -> str:
    """An escaped `$` is no variable's."""
    return "$$" if match[1] == "$" else _ESCAPES.get(match[1], match[1])
