"""Which stage stands on or copies from which, and what a target reaches."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from stagewright.dockerfile.errors import LanguageError, did_you_mean
from stagewright.dockerfile.mounts import mount_source
from stagewright.dockerfile.scope import expanded_base, parent
from stagewright.dockerfile.tree import Dockerfile, Instruction, Stage
from stagewright.errors import UsageError

Kind = Literal["stage", "image", "context"]
Via = Literal["from", "copy", "mount"]
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Reference:
    """One use of another stage, an image (`scratch` too) or a named context; `name` is as resolved."""

    kind: Kind
    via: Via
    name: str
    stage: Stage | None
    instruction: Instruction


def dependencies(
    df: Dockerfile,
    stage: Stage,
    build_args: Mapping[str, str] = _NOTHING,
    contexts: Collection[str] = (),
) -> tuple[Reference, ...]:
    """What a stage refers to, in order: FROM, COPY --from, RUN --mount from=.

    `contexts` are names given by `--build-context`, which replace stages and images of that name.
    """
    if stage.name is not None and stage.name in contexts:
        return (Reference("context", "from", stage.name, None, stage.instruction),)
    base = expanded_base(df, stage, build_args)
    below = parent(df, stage, base)
    if below is not None:
        found = [Reference("stage", "from", base, below, stage.instruction)]
    else:
        found = [Reference(_kind(base, contexts), "from", base, None, stage.instruction)]
    for instruction in stage.instructions:
        if instruction.keyword == "COPY" and (source := instruction.flag("from")):
            found.append(_resolve(df, "copy", source, instruction, contexts))
        elif instruction.keyword == "RUN":
            for flag in instruction.flags:
                if flag.name == "mount" and (source := _mount_source(flag.value or "")):
                    found.append(_resolve(df, "mount", source, instruction, contexts))
    return tuple(found)


def reachable(
    df: Dockerfile,
    target: str | None = None,
    build_args: Mapping[str, str] = _NOTHING,
    contexts: Collection[str] = (),
) -> tuple[Stage, ...]:
    """The stages that building `target` (by default the last stage) runs, in file order."""
    pending = [target_stage(df, target)]
    seen: set[int] = set()
    while pending:
        stage = pending.pop()
        if stage.index not in seen:
            seen.add(stage.index)
            used = dependencies(df, stage, build_args, contexts)
            pending += [reference.stage for reference in used if reference.stage is not None]
    return tuple(df.stages[index] for index in sorted(seen))


def target_stage(df: Dockerfile, target: str | None = None) -> Stage:
    """The stage of that name or index, by default the last. Raises `UsageError` in BuildKit's wording."""
    if not df.stages:
        raise UsageError(
            f"{df.path}: dockerfile contains no stages to build", "begin with a FROM instruction"
        )
    if target is None:
        return df.stages[-1]
    stage = df.stage(target)
    if stage is None:
        names = [stage.name for stage in df.stages if stage.name]
        guess = did_you_mean(target, names, match_case=True)
        raise UsageError(f'{df.path}: target stage "{target}" could not be found{guess}')
    return stage


def _resolve(
    df: Dockerfile, via: Via, source: str, instruction: Instruction, contexts: Collection[str]
) -> Reference:
    stage = df.stage(source)
    if via == "mount" and stage is not None and stage.name != source.lower():
        stage = None  # a mount names a stage, never an index
    if stage is not None and not (stage.name is not None and stage.name in contexts):
        return Reference("stage", via, source, stage, instruction)
    return Reference(_kind(source, contexts), via, source, None, instruction)


def _kind(name: str, contexts: Collection[str]) -> Kind:
    return "context" if name in contexts or name.lower() in contexts else "image"


def _mount_source(text: str) -> str:
    try:
        return mount_source(text)
    except LanguageError:
        return ""  # `validate` says what is wrong with it
