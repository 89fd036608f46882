"""A stage that stands before others becomes the last one, as it is, so that a plain build gives it."""

from __future__ import annotations

from collections.abc import Mapping

from stagewright.design.kept import plan_of
from stagewright.design.render import rendered
from stagewright.design.stages import targets
from stagewright.design.written import header, moved, step_of, with_comments
from stagewright.dockerfile import Dockerfile, Edit, Stage, apply_edits, dependencies, parse
from stagewright.model.design import LAST, Decline, Design, Hardening
from stagewright.model.project import Project

_NO_ARGS: Mapping[str, str] = {}


def made_last(
    df: Dockerfile,
    stage: Stage,
    project: Project,
    *,
    ecosystem: str = "",
    dockerfile_path: str = "Dockerfile",
    build_args: Mapping[str, str] = _NO_ARGS,
) -> Design | Decline:
    """The file with the stage at its end; a Decline where a later stage needs it."""
    for later in df.stages[stage.index + 1 :]:
        if any(used.stage == stage for used in dependencies(df, later, build_args)):
            return Decline(
                "needed-later",
                f"{_called(stage)} cannot be the last: {_called(later)} stands on it or copies from it.",
                "Put what both need into a stage before them.",
            )
    df = parse(_renumbered(df, stage.index), df.path)
    plans = with_comments(df, (), tuple(plan_of(df, one, one.name or "") for one in df.stages))
    ordered = (*plans[: stage.index], *plans[stage.index + 1 :], plans[stage.index])
    design = Design(
        strategy="improve",
        ecosystem=ecosystem,
        stages=ordered,
        dockerfile_path=dockerfile_path,
        files={dockerfile_path: ""},
        targets=targets(ordered, project.name, dockerfile_path),
        moved=moved(df, plans),
        hardenings=(Hardening(LAST, True, _explanation(df, stage, project)),),
        header=header(df),
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
