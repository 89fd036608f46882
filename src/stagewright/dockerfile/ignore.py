"""`.dockerignore`, with Moby's semantics."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from stagewright.dockerfile.text import BOM, SPACE
from stagewright.errors import UsageError

_MAX_STARS = 12  # more of them could make one match take for ever

_REPEATED = (".*", "(?:.*/)?", "[^/]*")  # twice the same is the same once


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: `pattern` as cleaned, `exception` for a leading `!`, `line` 1-based."""

    pattern: str
    exception: bool
    line: int
    regex: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    rules: tuple[Rule, ...] = ()

    @classmethod
    def parse(cls, text: str, path: str = ".dockerignore") -> IgnoreRules:
        """The rules of an ignore file. Raises `UsageError` for a pattern that Moby refuses."""
        rules = []
        for number, line in enumerate(text.removeprefix(BOM).split("\n"), 1):
            if line.startswith("#") or not (pattern := line.strip(SPACE)):
                continue
            # Cleaned twice, as Moby does it: once as a line of the file, once as a pattern.
            inverted = pattern.startswith("!")
            pattern = pattern[inverted:].strip(SPACE)
            pattern = _clean(("!" if inverted else "") + (_relative(pattern) if pattern else "")).strip(SPACE)
            exception = pattern.startswith("!")
            pattern = pattern[exception:]
            if not pattern:
                raise UsageError(f'{path}:{number}: illegal exclusion pattern: "!"')
            try:
                regex = re.compile(_regex(pattern), re.ASCII)
            except (re.error, ValueError):
                raise UsageError(f"{path}:{number}: syntax error in pattern: {pattern}") from None
            rules.append(Rule(pattern, exception, number, regex))
        return cls(tuple(rules))

    def excluded(self, path: str) -> bool:
        """Whether a path, relative to the context with `/` between its parts, is left out."""
        return self.decisive(path) is not None

    def decisive(self, path: str) -> Rule | None:
        """The rule that leaves a path out, or None when it is sent: the last that matches wins."""
        path = posixpath.normpath(path)
        if path == ".":
            return None
        parts = path.split("/")
        candidates = [path, *("/".join(parts[:end]) for end in range(1, len(parts)))]
        winner: Rule | None = None
        for rule in self.rules:
            if rule.exception == (winner is not None) and any(map(rule.regex.fullmatch, candidates)):
                winner = None if rule.exception else rule
        return winner


def ignore_file_for(dockerfile: Path, context: Path) -> Path | None:
    """The ignore file that counts: the Dockerfile's own, else the context's, else None."""
    for candidate in (dockerfile.with_name(f"{dockerfile.name}.dockerignore"), context / ".dockerignore"):
        if candidate.is_file():
            return candidate
    return None


def _clean(pattern: str) -> str:
    """Go's filepath.Clean."""
    cleaned = posixpath.normpath(pattern)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def _relative(pattern: str) -> str:
    cleaned = _clean(pattern)
    return cleaned.removeprefix("/") or "/"


def _regex(pattern: str) -> str:
    """Moby's translation, its special cases included: `a**` is a prefix, `**a` a suffix of any path.

    Raises ValueError for what it refuses.
    """
    pieces: list[str] = []
    special: str | None = ""  # none of Moby's wildcards yet; None: an ordinary expression
    at, stars = 0, 0
    while at < len(pattern):
        begin, char = at, pattern[at]
        at += 1
        piece = re.escape(char)
        if char == "*" and pattern.startswith("*", at):
            stars += 1
            at += 1 + pattern.startswith("/", at + 1)
            if begin == 0:
                special = f"(?s:.*){re.escape(pattern[2:])}"
                if pattern.startswith("/", 2):
                    special = f"(?:(?s:.*)/)?{re.escape(pattern[3:])}"
            elif at >= len(pattern) and special == "":
                special = f"{re.escape(pattern[:-2])}(?s:.*)"
            else:
                special = None
            piece = ".*" if at >= len(pattern) else "(?:.*/)?"
        elif char == "*":
            stars += 1
            special, piece = None, "[^/]*"
        elif char == "?":
            special, piece = None, "[^/]"
        elif char == "[":
            special = None
            piece, at = _character_class(pattern, at)
        elif char == "]":
            special = None
        elif char == "\\":
            special = None
            piece = _escaped(pattern[at : at + 1])
            at += 1
        if not pieces or pieces[-1] != piece or piece not in _REPEATED:
            pieces.append(piece)
    if stars > _MAX_STARS:
        raise ValueError(pattern)
    return special or "".join(pieces)


def _escaped(char: str) -> str:
    """An escaped character; Moby hands letters to its regular expressions, where some have a meaning."""
    if char and char in "dDwWsSbBAafnrtv":
        return f"\\{char}"
    if not char or (char.isascii() and char.isalnum()):
        raise ValueError(char)
    return re.escape(char)


def _character_class(pattern: str, at: int) -> tuple[str, int]:
    """`[a-z]` or `[^a-z]` from behind the bracket on, and where it ends."""
    negated = pattern.startswith("^", at)
    at += negated
    items: list[str] = []
    while at < len(pattern) and (pattern[at] != "]" or not items):
        low, at = _class_character(pattern, at)
        if pattern.startswith("-", at):
            high, at = _class_character(pattern, at + 1)
            items.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            items.append(re.escape(low))
    if at >= len(pattern):
        raise ValueError(pattern)
    return f"[{'^' if negated else ''}{''.join(items)}]", at + 1


def _class_character(pattern: str, at: int) -> tuple[str, int]:
    if pattern.startswith("\\", at):
        at += 1
    elif pattern[at : at + 1] in ("-", "]"):
        raise ValueError(pattern)
    if at >= len(pattern):
        raise ValueError(pattern)
    return pattern[at], at + 1
