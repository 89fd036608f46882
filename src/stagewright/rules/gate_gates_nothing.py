"""A stage for tests or a scan does not stop a build that should fail."""

from __future__ import annotations

from collections.abc import Iterator

from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import Deed, Subject
from stagewright.shell import gates


def _check(subject: Subject) -> Iterator[Problem]:
    for stage in gates(subject.dockerfile):
        if stage in subject.reachable or stage.index > subject.final.index:
            continue
        yield Problem(
            stage.instruction.span,
            f"nothing that is built depends on `{stage.name}`: BuildKit skips it, "
            "so the image is built while it fails",
            "let the stage end by making an empty folder, "
            f"and `COPY --from={stage.name} /gate/ /` in production",
        )
    for stage in subject.reachable:
        for deed in subject.deeds(stage):
            if deed.action.kind == "test" and _forgiven(subject, deed):
                yield Problem(
                    deed.action.command.span,
                    f"`{' '.join(deed.action.command.raw)}` may fail without failing the build",
                    "let the command's failure be the build's",
                )


def _forgiven(subject: Subject, deed: Deed) -> bool:
    """Whether `|| true`, or its like, stands right behind the command."""
    for stage in subject.reachable:
        if deed.instruction in stage.instructions:
            commands = subject.script(stage, deed.instruction).commands
            following = [c for c in commands if c.span.start >= deed.action.command.span.end]
            if following:
                return following[0].operator == "||" and following[0].name in {"true", ":", "echo"}
    return False


RULE = Rule(
    name="gate-gates-nothing",
    summary="A test or scan stage that gates nothing",
    why="BuildKit builds only what the target depends on: standing earlier in the file is no dependency.",
    bad="FROM oven/bun:1 AS builder\nCOPY . .\nFROM builder AS tester\nRUN bun test\n"
    'FROM builder AS production\nCMD ["bun", "index.ts"]\n',
    good="FROM oven/bun:1 AS builder\nCOPY . .\nFROM builder AS tester\nRUN bun test && mkdir /gate\n"
    'FROM builder AS production\nCOPY --from=tester /gate/ /\nCMD ["bun", "index.ts"]\n',
    severity="warning",
    check=_check,
)
