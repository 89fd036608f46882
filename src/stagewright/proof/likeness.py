"""Whether a third text is like two that the original gave: what differs between those does not count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

# A moment or a duration is never the same twice.
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?"
    r"|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?"
    r"|\d\d/[A-Z][a-z]{2}/\d{4}[: ]\d\d:\d\d:\d\d(?P<offset> [+-]\d{4})?"
    r"|(?:[A-Z][a-z]{2},? )?(?:\d\d? [A-Z][a-z]{2}|[A-Z][a-z]{2} +\d\d?),? (?:\d{4} )?"
    r"\d\d:\d\d:\d\d(?: \d{4}| GMT)?"
    r"|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b"
    r"|\b\d+(?:\.\d+)? ?(?:ns|µs|us|ms|milliseconds)\b|\b\d+\.\d+ ?(?:s|sec|seconds)\b"
    r"|(?i:\b(?:duration|latency|elapsed|response_?time|uptime)(?:_\w{1,12})?)[\"']?\s?[=:]\s?\d+(?:\.\d+)?(?:e-?\d+)?\b"
)
# How many processes came before is the engine's doing.
_PROCESS = re.compile(r"\[\d+\](?= \[)|(?<=\d )\(\d+\)$|\b(?:pid|process)\b\W{1,3}\d+\b", re.I | re.M)
_VARYING = re.compile(
    r"\b0x[0-9a-fA-F]+\b|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\b(?=\w*\d)[0-9a-fA-F]{6,}\b|\d+(?:\.\d+)?"
)

# How often and how far a bar of progress is drawn depends on the time, as two runs of the original show.
_PROGRESS = re.compile(r"(?=.*\d%).*[\u2588-\u2593]{3}.*")

# What stands between the marks of a log, of JSON or of an address.
_WORD = re.compile(r"""[^\s"'`\\(){}\[\],;&=<>]+""")
# Drawn by lot or made of something that is: a shorter or a plainer one could mean something.
_DRAWN = re.compile(r"(?=.*\d)(?=.*[a-z])(?=.*[A-Z]).{12,}")


def timeless(text: str) -> str:
    """The text with each moment, duration and number of a process replaced; a time zone stays."""
    return _PROCESS.sub("<process>", _TIME.sub(_without_time, text))


def _without_time(match: re.Match[str]) -> str:
    return f"<time>{match['zone'] or match['offset'] or ''}"


def bare(text: str) -> str:
    """The text with numbers and identifiers replaced as well."""
    return _VARYING.sub("<n>", timeless(text))


def alike(first: str, second: str, new: str) -> bool:
    """Line by line; where a line differs between the first two, those of its words that differ may be other
    ones of their form: numbers, identifiers, and long words that look like drawn ones.

    Where those two have different lines, what both have must be in `new`, which has nothing that neither has;
    the lines of a form that are the same in both are so in `new`.
    """
    one, two, three = (timeless(text).splitlines() for text in (first, second, new))
    if one != two:
        one, two, three = (_without_bars(lines) for lines in (one, two, three))
    if one == two:
        return three == one
    if len(one) == len(two) and all(map(_same_form, one, two)):
        return len(three) == len(one) and all(
            line == mine or (mine != yours and _same_form(mine, line) and _keeps(mine, yours, line))
            for mine, yours, line in zip(one, two, three)
        )
    bags = [Counter(map(bare, lines)) for lines in (one, two, three)]
    both, either = bags[0] & bags[1], bags[0] | bags[1]
    if not both <= bags[2] <= either:
        return False
    mine, yours, new_ones = (_by_form(lines) for lines in (one, two, three))
    return all(
        mine[form] != yours.get(form) or lines <= mine[form]
        for form, lines in new_ones.items()
        if form in mine
    )


def _by_form(lines: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in lines:
        found.setdefault(bare(line), set()).add(line)
    return found


def _without_bars(lines: list[str]) -> list[str]:
    return [line for line in lines if not _PROGRESS.fullmatch(line)]


def _same_form(one: str, two: str) -> bool:
    """Whether two lines are the same but for numbers, identifiers and drawn words of the same length."""
    if bare(one) == bare(two):
        return True
    if _WORD.split(one) != _WORD.split(two):
        return False
    pairs = zip(_WORD.findall(one), _WORD.findall(two))
    return all(bare(mine) == bare(yours) or _drawn(mine, yours) for mine, yours in pairs)


def _drawn(one: str, two: str) -> bool:
    return len(one) == len(two) and bool(_DRAWN.fullmatch(one) and _DRAWN.fullmatch(two))


def _keeps(one: str, two: str, new: str) -> bool:
    """Whether a line of the form of two others has the words that both of them have."""
    words = zip(*map(_WORD.findall, (one, two, new)))
    return all(mine == other for mine, yours, other in words if mine == yours)
