"""The one error of this room."""

from __future__ import annotations

from collections.abc import Iterable

from stagewright.errors import UsageError


class DockerfileSyntaxError(UsageError):
    """BuildKit would refuse the file. `line` and `column` are 1-based; `offending` is the text at fault."""

    def __init__(self, reason: str, *, path: str, line: int, column: int = 1, offending: str = "") -> None:
        super().__init__(f"{path}:{line}:{column}: {reason}")
        self.reason = reason
        self.path = path
        self.line = line
        self.column = column
        self.offending = offending


class DockerfileTooLong(DockerfileSyntaxError):
    """A value grows beyond what is read here; BuildKit names no such bound."""


class LanguageError(ValueError):
    """A reason in BuildKit's words, without a place yet; never leaves this package's functions on trees.

    `offset` counts in the text that the raising function was given.
    """

    def __init__(self, reason: str, offset: int = 0, offending: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset
        self.offending = offending


_ESCAPES = {"\\": r"\\", '"': r"\"", "\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r"}
_ESCAPES |= {"\t": r"\t", "\v": r"\v"}


def quoted(text: str) -> str:
    """In double quotes, as Go's `%q` writes it."""
    return f'"{"".join(map(_quoted_character, text))}"'


def _quoted_character(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def did_you_mean(word: str, options: Iterable[str], *, match_case: bool = False) -> str:
    """` (did you mean X?)` for the nearest option within two edits, or nothing.

    Among equally near ones (BuildKit takes any) a swap of letters comes first, then the same first letter.
    """
    wanted = word if match_case else word.lower()
    ranked = []
    for option in options:
        candidate = option if match_case else option.lower()
        if candidate == wanted:
            return ""
        if abs(len(candidate) - len(wanted)) < 3 and (distance := _levenshtein(wanted, candidate)) < 3:
            swapped = sorted(candidate) == sorted(wanted)
            ranked.append((distance, not swapped, candidate[:1] != wanted[:1], candidate))
    if not ranked:
        return ""
    best = min(ranked)[-1]
    if not match_case and word == word.upper() and word != word.lower():
        best = best.upper()
    return f" (did you mean {best}?)"


def _levenshtein(a: str, b: str) -> int:
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (x != y)))
        previous = current
    return previous[-1]
