"""The shell patterns of `${name#word}`, `${name%word}` and `${name/pattern/replacement}`."""

from __future__ import annotations

import re

from stagewright.budget import Budget
from stagewright.dockerfile.errors import LanguageError

_TEMPLATE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")


def trim_prefix(value: str, pattern: str, *, greedy: bool) -> str:
    """`value` without its shortest (or longest, when greedy) prefix that matches."""
    found = _compile(pattern, greedy=greedy).match(value)
    return value[found.end() :] if found else value


def trim_suffix(value: str, pattern: str, *, greedy: bool) -> str:
    """As `trim_prefix` from the other end: both are reversed, since the match must be the leftmost."""
    return trim_prefix(value[::-1], _reversed_pattern(pattern), greedy=greedy)[::-1]


def replace(value: str, pattern: str, replacement: str, budget: Budget, *, everywhere: bool) -> str:
    """`value` with the first or every longest match replaced. Raises `TooLong`."""
    regex = _compile(pattern, greedy=True)
    if not everywhere:
        found = regex.search(value)
        return value[: found.start()] + replacement + value[found.end() :] if found else value
    pieces: list[str] = []
    end = 0
    for found in regex.finditer(value):
        if found.start() == found.end() == end and end > 0 and pieces:
            continue  # Go ignores an empty match that abuts the one before it
        pieces += (
            value[end : found.start()],
            _template(budget.take(replacement), found.group(), budget),
        )
        end = found.end()
    return "".join(pieces) + value[end:]


def _template(replacement: str, matched: str, budget: Budget) -> str:
    """Go's replace-all reads `$0` and `$name` in the replacement; there are no other groups."""

    def fill(reference: re.Match[str]) -> str:
        dollar, braced, bare = reference.groups()
        return "$" if dollar else budget.take(matched) if (braced or bare) == "0" else ""

    return _TEMPLATE.sub(fill, replacement)


def _compile(pattern: str, *, greedy: bool) -> re.Pattern[str]:
    """Stars before the last one need never be reconsidered: atomic groups keep the match from exploding."""
    segments = [""]
    chars = iter(pattern)
    for char in chars:
        if char == "*":
            segments.append("")
        elif char == "?":
            segments[-1] += "."
        elif char == "\\":
            following = next(chars, "")
            if not following or following not in "}/*?\\":
                shown = following or "\ufffd"
                raise LanguageError(
                    f"invalid pattern ({pattern}) in substitution: invalid escape '\\{shown}'"
                )
            segments[-1] += re.escape(following)
        else:
            segments[-1] += re.escape(char)
    first, *rest = segments
    if not rest:
        return re.compile(first)
    inner = "".join(f"(?>.*?{segment})" for segment in rest[:-1])
    return re.compile(f"{first}{inner}{'.*' if greedy else '.*?'}{rest[-1]}")


def _reversed_pattern(pattern: str) -> str:
    """Reversed, each escape staying before what it escapes."""
    return "".join(reversed(re.findall(r"\\.|.", pattern, re.DOTALL)))
