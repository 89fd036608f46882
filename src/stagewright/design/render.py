"""Stages to Dockerfile text: the same design gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from stagewright.model.design import Design, StagePlan, Step

SYNTAX = "# syntax=docker/dockerfile:1"


def render(header: Sequence[str], global_steps: Sequence[Step], stages: Sequence[StagePlan]) -> str:
    """The whole file: directives, what stands before the first FROM, then each stage under its purpose."""
    blocks = []
    if header:
        blocks.append("\n".join(header))
    if global_steps:
        blocks.append("\n".join(_lines(global_steps)))
    blocks.extend(_stage(stage) for stage in stages)
    return "\n\n".join(blocks) + "\n"


def rendered(design: Design) -> Design:
    """The design with its Dockerfile written anew from its stages."""
    header = design.header
    if not header and any("<<" in step.text for stage in design.stages for step in stage.steps):
        header = (SYNTAX,)
    text = render(header, design.global_steps, design.stages)
    if design.newline != "\n":
        text = re.sub(r"\r?\n", design.newline, text)
    return replace(design, header=header, files={**design.files, design.dockerfile_path: text})


def _stage(stage: StagePlan) -> str:
    platform = f"--platform={stage.platform} " if stage.platform else ""
    lines = [f"# {line}" for line in stage.purpose.splitlines()]
    named = f" AS {stage.name}" if stage.name else ""
    lines.append(f"FROM {platform}{stage.base}{named}")
    return "\n".join(lines + _lines(stage.steps))


def _lines(steps: Sequence[Step]) -> list[str]:
    return [line for step in steps for line in (*step.comments, step.text)]
