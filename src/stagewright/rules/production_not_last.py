"""A plain `docker build .` gives another image than production."""

from __future__ import annotations

from collections.abc import Iterator

from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import Subject


def _check(subject: Subject) -> Iterator[Problem]:
    production = subject.production_before_last
    last = subject.dockerfile.stages[-1]
    if production is not None:
        yield Problem(
            last.instruction.span,
            f"`{last.name}` stands last: a plain `docker build .` gives it, not `{production.name}`",
            f"move `{production.name}` to the end: `stagewright apply --target {production.name} --last`",
        )


RULE = Rule(
    name="production-not-last",
    summary="Production is not the last stage",
    why="The default target is the last stage.",
    bad='FROM oven/bun:1-slim AS production\nUSER bun\nCMD ["bun", "i.js"]\n'
    'FROM oven/bun:1-slim AS development\nUSER bun\nCMD ["bun", "--watch", "i.js"]\n',
    good='FROM oven/bun:1-slim AS development\nUSER bun\nCMD ["bun", "--watch", "i.js"]\n'
    'FROM oven/bun:1-slim AS production\nUSER bun\nCMD ["bun", "i.js"]\n',
    severity="warning",
    check=_check,
)
