"""`.dockerignore`, with Moby's semantics."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from stagewright.dockerfile.text import BOM, SPACE
from stagewright.errors import UsageError

_MAX_STARS = 12  # more of them could make one match take for ever


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
            exception = pattern.startswith("!")
            if exception:
                pattern = pattern[1:].strip(SPACE)
                if not pattern:
                    raise UsageError(f'{path}:{number}: illegal exclusion pattern: "!"')
            pattern = _clean(pattern)
            try:
                regex = re.compile(_regex(pattern), re.DOTALL)
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
    cleaned = posixpath.normpath(pattern)
    return cleaned.lstrip("/") or "/"


def _regex(pattern: str) -> str:
    """Moby's translation. Raises ValueError for what Go's filepath.Match calls a bad pattern."""
    pieces: list[str] = []
    at, stars = 0, 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            stars += 1
            if pattern.startswith("*", at):
                at += 1
                if pattern.startswith("/", at):
                    at += 1
                piece = ".*" if at == len(pattern) else "(?:.*/)?"
            else:
                piece = "[^/]*"
            if not pieces or pieces[-1] != piece:
                pieces.append(piece)
        elif char == "?":
            pieces.append("[^/]")
        elif char == "[":
            piece, at = _character_class(pattern, at)
            pieces.append(piece)
        elif char == "\\":
            if at == len(pattern):
                raise ValueError(pattern)
            pieces.append(re.escape(pattern[at]))
            at += 1
        else:
            pieces.append(re.escape(char))
    if stars > _MAX_STARS:
        raise ValueError(pattern)
    return "".join(pieces)


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
