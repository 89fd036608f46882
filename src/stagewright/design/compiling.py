"""What a compiler keeps of earlier builds is mounted, so that an edit compiles only what it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from stagewright.design import instructions
from stagewright.dockerfile import Dockerfile, Instruction, Stage
from stagewright.model.design import StagePlan
from stagewright.model.image import ImageConfig
from stagewright.model.project import Project
from stagewright.shell import commands_of, recognise, shell_in_force

_HOME = "/root"
_PLACE = f"{_HOME}/.cache/go-build"


def with_cache(
    df: Dockerfile, stage: Stage, plan: StagePlan, project: Project, base: ImageConfig
) -> StagePlan:
    """The stage with Go's own cache mounted for each RUN of the original's that compiles Go as root.

    `base` is the configuration of the image that `stage` stands on.
    """
    usual = {line: one for line, one in _as_usual(stage, base).items() if _compiles(df, stage, one)}
    mount = _mount(project)
    commands = {line: df.text[one.source_offset(0) : one.span.end] for line, one in usual.items()}
    steps = []
    for step in plan.steps:
        command = next((commands[line] for line in step.origins if line in commands), None)
        text = step.text if command is None else instructions.run(command, [mount])
        steps.append(replace(step, text=text))
    return replace(plan, steps=tuple(steps))


def cache_after(stage: Stage, plan: StagePlan, project: Project, base: ImageConfig) -> tuple[str, ...]:
    """The mount that what stands on the stage has to have, where `plan` compiled with it: () for none."""
    mount = _mount(project)
    if not any(mount in step.text for step in plan.steps):
        return ()
    *_, (_, by_default) = _places(stage, base)
    return (mount,) if by_default else ()


def _mount(project: Project) -> str:
    return instructions.cache(instructions.cache_name(project.name, "go-build"), _PLACE)


def _as_usual(stage: Stage, base: ImageConfig) -> dict[int, Instruction]:
    """The stage's RUNs that are root's and whose cache lies where it lies by default, by their lines."""
    return {one.line: one for one, by_default in _places(stage, base) if by_default and one.keyword == "RUN"}


def _places(stage: Stage, base: ImageConfig) -> Iterator[tuple[Instruction, bool]]:
    """Each instruction, and whether commands are root's from there on, with the cache in its usual place."""
    env, user = dict(base.env), base.user
    for one in stage.instructions:
        if one.keyword in ("ENV", "ARG"):
            env |= {name: value or "" for name, value in one.pairs}
        elif one.keyword == "USER":
            user = one.words[0].value
        usual = "GOCACHE" not in env and env.get("HOME", _HOME) == _HOME
        yield one, usual and user.partition(":")[0] in ("", "root", "0")


def _compiles(df: Dockerfile, stage: Stage, run: Instruction) -> bool:
    """Whether it compiles Go, mounts nothing itself, and takes no cache away."""
    script = commands_of(run, shell=shell_in_force(df, stage, run))
    if (
        script.opaque
        or run.flags
        or run.json
        or run.heredocs
        or ".cache" in run.rest
        or "GOCACHE" in run.rest
    ):
        return False
    actions = [action for command in script.commands for action in recognise(command) if action.tool == "go"]
    kinds = {action.kind for action in actions}
    return "build" in kinds and "clean" not in kinds
