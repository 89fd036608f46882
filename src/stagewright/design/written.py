"""The original's instructions as steps: text, comments and place, as the user wrote them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

from stagewright.dockerfile import Comment, Dockerfile, Instruction, Stage
from stagewright.model.design import Moved, StagePlan, Step

# What only says how a container starts; no build reads it.
METADATA = frozenset(
    {"EXPOSE", "CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL", "LABEL", "MAINTAINER", "VOLUME", "ONBUILD"}
)
_WORK = frozenset({"RUN", "COPY", "ADD"})


def step_of(df: Dockerfile, instruction: Instruction, reason: str = "", *, comments: bool = True) -> Step:
    """The instruction verbatim, with the comments that stand above it."""
    text = df.text[instruction.span.start : instruction.span.end]
    above = comments_above(df, instruction) if comments else ()
    return Step(text, (instruction.line,), reason, above)


def comments_above(df: Dockerfile, instruction: Instruction) -> tuple[str, ...]:
    before = [other.end_line for other in df.instructions if other.line < instruction.line]
    first = max(before, default=max((directive.line for directive in df.directives), default=0))
    return tuple(comment_line(one) for one in df.comments if first < one.line < instruction.line)


def comment_line(comment: Comment) -> str:
    """Ruled lines (`####`) stay without a gap."""
    return f"#{comment.text}" if comment.text.startswith("#") else f"# {comment.text}".rstrip()


def header(df: Dockerfile) -> tuple[str, ...]:
    lines = _lines(df)
    return tuple(lines[directive.line - 1] for directive in df.directives)


def newline(df: Dockerfile) -> str:
    """What ends the file's lines: CRLF where it ends all of them."""
    return "\r\n" if 0 < df.text.count("\n") == df.text.count("\r\n") else "\n"


def building(stage: Stage) -> tuple[Instruction, ...]:
    """What the build needs: all up to the last that makes files, what only describes a container apart."""
    last = max((at for at, one in enumerate(stage.instructions) if one.keyword in _WORK), default=-1)
    return tuple(one for one in stage.instructions[: last + 1] if one.keyword not in METADATA)


def describing(stage: Stage) -> tuple[Instruction, ...]:
    """What production says again: how a container starts. Of what replaces itself, the last one."""
    chosen = [one for one in stage.instructions if one.keyword not in _WORK and one.keyword != "ARG"]
    last = {one.keyword: one for one in chosen}
    lone = {"USER", "CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL"}
    if last.get("WORKDIR") is not None and last["WORKDIR"].rest.strip().strip("\"'").startswith("/"):
        lone.add("WORKDIR")
    kept = [one for one in chosen if one.keyword not in lone or one is last[one.keyword]]
    names = set(re.findall(r"\$\{?(\w+)", " ".join(one.rest for one in kept if one.keyword != "CMD")))
    wanted = [
        one for one in stage.instructions if one.keyword == "ARG" and names & {name for name, _ in one.pairs}
    ]
    return tuple(sorted([*kept, *wanted], key=lambda one: one.line))


def with_comments(
    df: Dockerfile, above: tuple[str, ...], plans: tuple[StagePlan, ...]
) -> tuple[StagePlan, ...]:
    """Comments `above` FROM go to the first stage, those after the last instruction to production's last."""
    end = df.instructions[-1].end_line
    below = tuple(comment_line(one) for one in df.comments if one.line > end)
    first, last = plans[0], plans[-1]
    if above and first.steps:
        head = replace(first.steps[0], comments=(*above, *first.steps[0].comments))
        plans = (replace(first, steps=(head, *first.steps[1:])), *plans[1:])
    if below and last.steps:
        tail = replace(last.steps[-1], comments=(*last.steps[-1].comments, *below))
        plans = (*plans[:-1], replace(last, steps=(*last.steps[:-1], tail)))
    return plans


def moved(df: Dockerfile, plans: tuple[StagePlan, ...]) -> tuple[Moved, ...]:
    """Where each instruction went; `plans` begin with the stages that stand for the original's, in order."""
    places: dict[int, list[str]] = defaultdict(list)
    for plan in plans:
        for line in {line for step in plan.steps for line in step.origins}:
            places[line].append(plan.name)
    rows, lines = [], _lines(df)
    for stage in df.stages:
        line = stage.instruction.line
        rows.append(Moved(line, lines[line - 1].strip(), (plans[stage.index].name or str(stage.index),)))
        for one in stage.instructions:
            names = tuple(places.get(one.line, ()))
            why = "" if names else "a later instruction of its kind replaces it, and no build reads it"
            rows.append(Moved(one.line, lines[one.line - 1].strip(), names, why))
    return tuple(rows)


def _lines(df: Dockerfile) -> list[str]:
    """By BuildKit's count: nothing but a line feed ends a line."""
    return [line.removesuffix("\r") for line in df.text.split("\n")]
