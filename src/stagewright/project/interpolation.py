"""Variables in the values of a compose file: `$NAME`, `${NAME}`, `${NAME:-default}` and their like.

Source: the Compose specification, "Interpolation". Linear in the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stagewright.budget import Budget

_PLAIN = re.compile(r"[^$}]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-+?]")
_MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Interpolated:
    """`unset` are names without value and default; `required` those of `${NAME:?message}`."""

    text: str
    unset: tuple[str, ...] = ()
    required: tuple[tuple[str, str], ...] = ()


def interpolate(text: str, given: Mapping[str, str]) -> Interpolated:
    """The text with variables replaced; what is not given is empty.

    A `$` that begins no variable stands for itself. Raises ValueError for a `${` that is not closed, TooLong.
    """
    return Interpolated(text) if "$" not in text else _Reader(text, given).read(0)


class _Reader:
    def __init__(self, text: str, given: Mapping[str, str]) -> None:
        self._text = text
        self._given = given
        self._at = 0
        self._budget = Budget()

    def read(self, depth: int) -> Interpolated:
        """Up to the end, or within braces up to the closing one."""
        if depth > _MAX_DEPTH:
            raise ValueError("variables are nested too deeply")
        parts: list[Interpolated] = []
        while self._at < len(self._text):
            if plain := self._take(_PLAIN):
                parts.append(Interpolated(plain))
            elif self._literally("}"):
                if depth:
                    return _joined(parts)
                parts.append(Interpolated("}"))
            elif self._literally("$$"):
                parts.append(Interpolated("$"))
            elif self._literally("${"):
                parts.append(self._braced(depth))
            else:
                self._at += 1
                name = self._take(_NAME)
                parts.append(self._value(name) if name else Interpolated("$"))
        if depth:
            raise ValueError("a variable's '${' is not closed")
        return _joined(parts)

    def _braced(self, depth: int) -> Interpolated:
        name, operator = self._take(_NAME), self._take(_OPERATOR)
        word = self.read(depth + 1)
        if not name or (not operator and word.text):
            raise ValueError("what stands between '${' and '}' is no variable")
        value = self._given.get(name)
        if operator.startswith(":") and not value:
            value = None
        match operator[-1:]:
            case "+":
                return Interpolated("") if value is None else word
            case "-" if value is None:
                return word
            case "?" if value is None:
                return Interpolated("", required=((name, word.text),))
        return self._value(name)

    def _value(self, name: str) -> Interpolated:
        value = self._given.get(name)
        if value is None:
            return Interpolated("", unset=(name,))
        return Interpolated(self._budget.take(value))

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _literally(self, token: str) -> bool:
        if not self._text.startswith(token, self._at):
            return False
        self._at += len(token)
        return True


def _joined(parts: list[Interpolated]) -> Interpolated:
    return Interpolated(
        "".join(part.text for part in parts),
        tuple(name for part in parts for name in part.unset),
        tuple(pair for part in parts for pair in part.required),
    )
