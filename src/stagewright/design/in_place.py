"""The stages of an existing file as they are: another one last, or manifests before the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from stagewright.design.installing import MENDED
from stagewright.design.kept import mended_steps, plan_of
from stagewright.design.render import rendered
from stagewright.design.stages import targets
from stagewright.design.written import header, moved, newline, step_of, with_comments
from stagewright.dockerfile import Dockerfile, Edit, Stage, apply_edits, dependencies, parse
from stagewright.ecosystems.base import Ecosystem
from stagewright.model.design import LAST, Content, Decline, Design, Hardening, StagePlan
from stagewright.model.image import ImageFiles
from stagewright.model.project import Project

_NO_ARGS: Mapping[str, str] = {}


def in_place(
    df: Dockerfile,
    project: Project,
    original: ImageFiles,
    ecosystem: Ecosystem | None,
    *,
    dockerfile_path: str = "Dockerfile",
    build_args: Mapping[str, str] = _NO_ARGS,
    mend: bool = True,
) -> Design:
    """Every stage in its place; with `mend`, what production comes from has its manifests before the source.

    A note says so, where one has.
    """
    steps = mended_steps(df, df.stages, project, original, ecosystem, build_args) if mend else {}
    plans = tuple(plan_of(df, one, one.name or "", steps.get(one.index)) for one in df.stages)
    design = _design(df, plans, project, ecosystem, dockerfile_path)
    return replace(design, notes=(MENDED,) if steps else ())


def made_last(
    df: Dockerfile,
    stage: Stage,
    project: Project,
    ecosystem: Ecosystem | None,
    *,
    dockerfile_path: str = "Dockerfile",
    build_args: Mapping[str, str] = _NO_ARGS,
) -> Design | Decline:
    """The file with the stage at its end, where a plain build gives it.

    A Decline where a later stage needs it.
    """
    for later in df.stages[stage.index + 1 :]:
        if any(used.stage == stage for used in dependencies(df, later, build_args)):
            return Decline(
                "needed-later",
                f"{_called(stage)} cannot be the last: {_called(later)} stands on it or copies from it.",
                "Put what both need into a stage before them.",
            )
    df = parse(_renumbered(df, stage.index), df.path)
    plans = tuple(plan_of(df, one, one.name or "") for one in df.stages)
    design = _design(df, plans, project, ecosystem, dockerfile_path)
    ordered = sorted(design.stages, key=lambda one: one is design.stages[stage.index])
    named = Hardening(LAST, True, _explanation(df, stage, project))
    return rendered(replace(design, stages=tuple(ordered), hardenings=(named,)))


def _design(
    df: Dockerfile,
    plans: tuple[StagePlan, ...],
    project: Project,
    ecosystem: Ecosystem | None,
    dockerfile_path: str,
) -> Design:
    plans = with_comments(df, (), plans)
    design = Design(
        strategy="improve",
        ecosystem=ecosystem.name if ecosystem else "",
        stages=plans,
        dockerfile_path=dockerfile_path,
        files={dockerfile_path: ""},
        targets=targets(plans, project.name, dockerfile_path),
        moved=moved(df, plans),
        contents=(Content("/", "all that it holds already"),),
        header=header(df),
        newline=newline(df),
        global_steps=tuple(step_of(df, one) for one in df.global_args),
    )
    return rendered(design)


def _renumbered(df: Dockerfile, gone: int) -> str:
    """The text with each stage that a COPY names by its number named as it is counted afterwards."""
    numbered = [
        (flag, int(flag.value))
        for one in df.instructions
        for flag in one.flags
        if (one.keyword, flag.name) == ("COPY", "from") and flag.value and flag.value.isdecimal()
    ]
    edits = [Edit(flag.span, f"--from={number - 1}") for flag, number in numbered if number > gone]
    return apply_edits(df.text, edits)


def _explanation(df: Dockerfile, stage: Stage, project: Project) -> str:
    text = f"A plain build gives {_called(stage)}, where it gave {_called(df.stages[-1])}."
    users = [user for user in project.consumers if user.kind == "compose" and user.target is None]
    if users:
        named = ", ".join(f"{user.name} in {user.place}" for user in users)
        text += f" So does what names no target: {named}."
    return text


def _called(stage: Stage) -> str:
    return stage.name or f"stage {stage.index}"
