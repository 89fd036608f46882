"""The health check calls a program that the image does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import Subject
from stagewright.shell import unwrapped

_BUILDPACK = "node|python|golang|ruby|perl|rust|elixir|erlang|openjdk"
# What the well-known images lack. Slim ones have neither program, Alpine has BusyBox's wget.
_LACKS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile(rf"(?:{_BUILDPACK}):\S*alpine\S*|alpine(?::\S+)?"), frozenset({"curl"})),
    (re.compile(rf"(?:{_BUILDPACK}):\S*slim\S*"), frozenset({"curl", "wget"})),
    (re.compile(r"oven/bun(?::(?!\S*alpine)\S+)?"), frozenset({"curl", "wget"})),
    (re.compile(r"(?:debian|ubuntu)(?::\S+)?"), frozenset({"curl", "wget"})),
    (re.compile(r"gcr\.io/distroless/\S+|scratch"), frozenset({"curl", "wget", "sh"})),
)


def _check(subject: Subject) -> Iterator[Problem]:
    checks = [step for step in subject.steps if step.keyword == "HEALTHCHECK"]
    if not checks:
        return
    lacks = next((lacks for pattern, lacks in _LACKS if pattern.fullmatch(subject.base)), frozenset[str]())
    brought = {name.partition("=")[0] for deed in subject.final_deeds for name in deed.action.packages}
    opaque = any(
        subject.script(stage, step).opaque
        for stage in subject.lineage
        for step in stage.instructions
        if step.keyword == "RUN"
    )
    incomplete = any(not deed.action.complete for deed in subject.final_deeds)
    if opaque or incomplete:
        return
    script = subject.script(subject.final, checks[-1])
    for command in (inner for outer in script.commands for inner in unwrapped(outer)):
        if command.name in lacks - brought and not _copied(subject, command.name):
            yield Problem(
                checks[-1].span,
                f"the health check calls `{command.name}`, which `{subject.base}` does not have: "
                "the container is never healthy",
                "probe with the runtime that is there: `stagewright apply --harden health`",
            )
            return


def _copied(subject: Subject, program: str) -> bool:
    return any(step.keyword in {"COPY", "ADD"} and program in step.rest for step in subject.steps)


RULE = Rule(
    name="health-check-absent-tool",
    summary="The health check calls an absent program",
    why="A check that cannot run fails: the container is restarted, or never gets traffic.",
    bad="FROM oven/bun:1-slim\nCOPY i.js /\nHEALTHCHECK CMD curl -f http://localhost:3000/\n"
    'CMD ["bun", "/i.js"]\n',
    good="FROM oven/bun:1-slim\nCOPY i.js /\n"
    'HEALTHCHECK CMD ["bun", "-e", '
    "\"fetch('http://localhost:3000/').then(r => process.exit(r.ok ? 0 : 1))\"]\n"
    'CMD ["bun", "/i.js"]\n',
    severity="error",
    check=_check,
)
