"""The stages that build: the original's instructions, dependencies before the source where that is clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stagewright.design import instructions
from stagewright.design.original import verbatim
from stagewright.dockerfile import Dockerfile, Instruction, Stage
from stagewright.ecosystems.base import Ecosystem
from stagewright.model.design import StagePlan, Step
from stagewright.model.project import Project
from stagewright.shell import commands_of, recognise

_BASE = "What the stages that install and build share"
_DEPS = "Dependencies, those for development included"
_PROD_DEPS = "Dependencies of production alone"
_BUILDER = "Build: the original's own instructions"
# What only says how the container starts; the build does without.
_RUNTIME = frozenset({"CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL", "LABEL", "VOLUME"})
_PREPARING = frozenset({"ENV", "ARG", "WORKDIR", "RUN", "SHELL", "USER"})


@dataclass(frozen=True, slots=True)
class Ordered:
    """`deps` names the stage that has all dependencies, "" where none is apart; `prod_deps`: there is such
    a stage. `has_source`: the builder copies the whole context."""

    stages: tuple[StagePlan, ...]
    workdir: str
    deps: str = ""
    prod_deps: bool = False
    has_source: bool = False


@dataclass(frozen=True, slots=True)
class _Install:
    """The RUN that installs from manifests: its place, the installing part, what follows in the same RUN."""

    index: int
    command: str
    rest: str


def ordered(
    dockerfile: Dockerfile,
    stage: Stage,
    project: Project,
    ecosystem: Ecosystem | None,
    *,
    mend: bool,
    prune: bool,
) -> Ordered:
    """The building stages, the builder last. `prune` asks for a stage with production's dependencies."""
    kept = tuple(one for one in stage.instructions if one.keyword not in _RUNTIME)
    workdir = _workdir(stage)
    has_source = any(_copies_all(one) for one in kept)
    plain = Ordered(
        (_plan("builder", _BUILDER, stage, tuple(verbatim(dockerfile, one) for one in kept)),),
        workdir,
        has_source=has_source,
    )
    install = _find_install(dockerfile, kept) if ecosystem else None
    if ecosystem is None or install is None:
        return plain
    manifests = ecosystem.manifests(project)
    before = kept[: install.index]
    copies = [one for one in before if one.keyword in ("COPY", "ADD")]
    source = [one for one in copies if not _only_manifests(one, manifests)]
    clear = all(_copies_all(one) and _lands_in(one, workdir) for one in source)
    if (
        not manifests
        or not clear
        or any(one.keyword not in _PREPARING and one not in copies for one in before)
    ):
        return plain
    if not (mend or prune):
        return plain
    preparing = [verbatim(dockerfile, one) for one in before if one not in source]
    if source:
        at = max((i for i, one in enumerate(before) if one.keyword == "WORKDIR"), default=-1)
        where = sum(1 for one in before[: at + 1] if one not in source)
        lines = tuple(one.line for one in source)
        preparing.insert(
            len(preparing) if where == 0 else where,
            Step(
                instructions.copy(manifests, "./"),
                lines,
                "an edit of the source leaves what follows in the cache",
            ),
        )
    installing = Step(f"RUN {install.command}", (kept[install.index].line,))
    remaining = [verbatim(dockerfile, one) for one in source]
    if install.rest:
        remaining.append(Step(f"RUN {install.rest}", (kept[install.index].line,)))
    remaining += [verbatim(dockerfile, one) for one in kept[install.index + 1 :]]
    production = ecosystem.production_install(install.command, project) if prune else None
    if production and production != install.command:
        base = _plan("base", _BASE, stage, tuple(preparing))
        deps = StagePlan("deps", _DEPS, "base", (installing,))
        pruned = StagePlan("prod-deps", _PROD_DEPS, "base", (replace(installing, text=f"RUN {production}"),))
        builder = StagePlan("builder", _BUILDER, "deps", tuple(remaining))
        return Ordered((base, deps, pruned, builder), workdir, "deps", True, has_source)
    if not source or not mend:
        return plain
    deps = _plan("deps", "Dependencies", stage, (*preparing, installing))
    builder = StagePlan("builder", _BUILDER, "deps", tuple(remaining))
    return Ordered((deps, builder), workdir, "deps", False, has_source)


def _plan(name: str, purpose: str, stage: Stage, steps: tuple[Step, ...]) -> StagePlan:
    return StagePlan(name, purpose, stage.base, steps, platform=stage.platform or "")


def _find_install(dockerfile: Dockerfile, kept: Sequence[Instruction]) -> _Install | None:
    """The first RUN in shell form that installs from the manifests, split behind the installation."""
    for index, one in enumerate(kept):
        if one.keyword != "RUN" or one.json or one.heredocs:
            continue
        script = commands_of(one)
        if script.opaque:
            continue
        last = None
        for number, command in enumerate(script.commands):
            if any(
                action.kind == "install" and not action.packages and action.tool != "apt"
                for action in recognise(command)
            ):
                last = number
        if last is None:
            continue
        commands = script.commands
        if any(command.depth or command.operator not in (None, "&&") for command in commands):
            return None
        begin = commands[0].span.start
        flags = dockerfile.text[one.flags[0].span.start : begin] if one.flags else ""
        text = flags + dockerfile.text[begin : commands[last].span.end]
        rest = ""
        if last + 1 < len(commands):
            rest = flags + dockerfile.text[commands[last + 1].span.start : commands[-1].span.end]
        return _Install(index, text, rest)
    return None


def _only_manifests(one: Instruction, manifests: Sequence[str]) -> bool:
    from fnmatch import fnmatch

    if one.flag("from") is not None:
        return True
    sources = [word.value.removeprefix("./") for word in one.words[:-1]]
    return bool(sources) and all(
        any(fnmatch(name, source) for name in manifests) or source in manifests for source in sources
    )


def _copies_all(one: Instruction) -> bool:
    return (
        one.keyword in ("COPY", "ADD")
        and one.flag("from") is None
        and len(one.words) == 2
        and one.words[0].value in (".", "./")
    )


def _lands_in(one: Instruction, workdir: str) -> bool:
    destination = one.words[-1].value
    return destination.rstrip("/") in (".", workdir.rstrip("/"), "") and destination != "/"


def _workdir(stage: Stage) -> str:
    """The WORKDIR at the end, as far as the text alone says it."""
    import posixpath

    at = "/"
    for one in stage.instructions:
        if one.keyword == "WORKDIR" and one.words:
            at = posixpath.normpath(posixpath.join(at, one.words[0].value.strip("\"'")))
    return at
