"""The stages of a file that has several: they stay, and the last one becomes a stage that builds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from stagewright.design.installing import BuildStages
from stagewright.design.written import building, comments_above, step_of
from stagewright.dockerfile import Dockerfile, Stage, lineage
from stagewright.model.design import StagePlan

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


def kept_stages(df: Dockerfile) -> BuildStages:
    """All stages verbatim, numbers and names included; of the last, what builds, under another name.

    Its own name belongs to production from now on: who builds that target gets what runs.
    """
    *others, last = df.stages
    plans = [plan_of(df, stage, stage.name or "") for stage in others]
    taken = {stage.name for stage in df.stages}
    name = next(one for one in (*_NAMES, f"{last.name}-build") if one not in taken)
    kept = replace(last, instructions=building(last))
    return BuildStages((*plans, plan_of(df, kept, name)), {})


def plan_of(df: Dockerfile, stage: Stage, name: str) -> StagePlan:
    """The stage as it is, under that name; the comments above it are its purpose."""
    above = comments_above(df, stage.instruction)
    purpose = "\n".join(line.removeprefix("#").strip() for line in above)
    steps = tuple(step_of(df, one) for one in stage.instructions)
    return StagePlan(name, purpose, stage.base, steps, stage.platform or "")
