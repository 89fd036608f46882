"""The stages of a file that has several: they stay, and the last one becomes a stage that builds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from stagewright.design.installing import BuildStages, manifests_first
from stagewright.design.written import building, comments_above, step_of
from stagewright.dockerfile import Dockerfile, Stage, lineage, reachable
from stagewright.ecosystems.base import Ecosystem
from stagewright.model.design import StagePlan, Step
from stagewright.model.image import ImageFiles
from stagewright.model.project import Project

_NAMES = ("builder", "assembly", "assembled")


def joined(df: Dockerfile, stage: Stage, build_args: Mapping[str, str]) -> Stage:
    """The stage with the instructions of the stages that it stands on before its own, on their image."""
    stages = lineage(df, stage, build_args)
    return replace(
        stage,
        base=stages[0].base,
        platform=stages[0].platform,
        instruction=stages[0].instruction,
        instructions=tuple(one for member in stages for one in member.instructions),
    )


def kept_stages(
    df: Dockerfile,
    project: Project,
    original: ImageFiles,
    ecosystem: Ecosystem | None,
    build_args: Mapping[str, str],
    *,
    mend: bool,
) -> BuildStages:
    """All stages, numbers and names included; of the last, what builds, under another name.

    Its own name belongs to production from now on: who builds that target gets what runs. The steps are
    the user's own; with `mend`, those that install may come before the source.
    """
    *others, last = df.stages
    stages = (*others, replace(last, instructions=building(last)))
    steps = mended_steps(df, stages, project, original, ecosystem, build_args) if mend else {}
    taken = {stage.name for stage in stages}
    name = next(one for one in (*_NAMES, f"{last.name}-build") if one not in taken)
    names = (*(stage.name or "" for stage in others), name)
    plans = tuple(
        plan_of(df, stage, called, steps.get(stage.index))
        for stage, called in zip(stages, names, strict=True)
    )
    return BuildStages(plans, {}, mended=bool(steps))


def mended_steps(
    df: Dockerfile,
    stages: Iterable[Stage],
    project: Project,
    original: ImageFiles,
    ecosystem: Ecosystem | None,
    build_args: Mapping[str, str],
) -> dict[int, tuple[Step, ...]]:
    """By the number of its stage: the steps with the installation before the source, where that moves it.

    Only what the last stage comes from: no proof would see what is built for another target.
    """
    built = {stage.index for stage in reachable(df, None, build_args)}
    found = {
        stage.index: manifests_first(df, stage, stage.instructions, project, original, ecosystem)
        for stage in stages
        if stage.index in built
    }
    return {index: steps for index, steps in found.items() if steps}


def plan_of(df: Dockerfile, stage: Stage, name: str, steps: tuple[Step, ...] | None = None) -> StagePlan:
    """The stage under that name, with its own steps or those that are given; comments above it stay there."""
    above = comments_above(df, stage.instruction)
    purpose = "\n".join(line.removeprefix("#").strip() for line in above)
    own = tuple(step_of(df, one) for one in stage.instructions)
    return StagePlan(name, purpose, stage.base, own if steps is None else steps, stage.platform or "")
