"""What installs by name and reads no source goes above the source, so that an edit leaves it cached."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from stagewright.design.apart import is_missed_by_none, is_of_the_system, misses_nothing, reads_nothing
from stagewright.dockerfile import (
    Dockerfile,
    Instruction,
    Stage,
    stage_environment,
    unset_variables,
)
from stagewright.dockerfile.scope import expand
from stagewright.model.image import ImageConfig
from stagewright.model.project import Project
from stagewright.project.text import is_manifest

_COPIES = frozenset({"COPY", "ADD"})
# They go along with a RUN that stands after them.
_SETTINGS = frozenset({"ENV", "ARG", "SHELL"})
_REMOTE = re.compile(r"\w+://|git@")


def hoisted(
    df: Dockerfile,
    stage: Stage,
    steps: tuple[Instruction, ...],
    project: Project,
    base: ImageConfig,
    build_args: Mapping[str, str],
) -> tuple[tuple[Instruction, ...], int]:
    """The steps, each RUN that only installs by name above all COPYs of source that it can pass.

    It passes COPYs into folders that are not the system's, WORKDIRs, and RUNs that build, where no build
    looks for what it installs. Also how many steps lead to the last that moved, 0 where none did. `base` is
    the configuration of the image that the stage stands on. Raises DockerfileSyntaxError where a word cannot
    be expanded.
    """
    elsewhere = _elsewhere(df, stage, base, build_args)
    sources = {one.line for one in steps if _brings_source(one, project)}
    builds = {one.line for one in steps if one.keyword == "RUN" and misses_nothing(df, stage, one)}
    order: list[Instruction] = []
    moved: set[int] = set()
    for run in steps:
        place, group = len(order), [run]
        if run.keyword == "RUN" and reads_nothing(df, stage, run):
            passed = elsewhere | (builds if is_missed_by_none(df, stage, run) else set())
            place, group = _place(order, run, passed, sources)
        if place < len(order):
            moved |= {one.line for one in group}
        order[place:] = [*group, *(one for one in order[place:] if one not in group)]
    return tuple(order), max((at for at, one in enumerate(order, 1) if one.line in moved), default=0)


def _place(
    order: list[Instruction], run: Instruction, passed: set[int], sources: set[int]
) -> tuple[int, list[Instruction]]:
    """The index of the highest of `sources` to reach, and what goes above it: the RUN and its settings.

    `passed` are the lines of what the RUN may pass.
    """
    place, group = len(order), [run]
    carried, names = [run], set[str]()
    for at in range(len(order) - 1, -1, -1):
        other = order[at]
        if other.keyword in _SETTINGS:
            carried.insert(0, other)
            names |= {name for name, _ in other.pairs}
            continue
        holds = len(carried) > 1 and (other.keyword == "RUN" or names & _variables(other))
        if other.line not in passed or holds:
            break
        if other.line in sources:
            place, group = at, [*carried]
    return place, group


def _variables(one: Instruction) -> set[str]:
    bodies = (heredoc.content for heredoc in one.heredocs)
    texts = (one.rest, *(flag.value or "" for flag in one.flags), *bodies)
    return set(re.findall(r"\$\{?(\w+)", "\n".join(texts)))


def _brings_source(one: Instruction, project: Project) -> bool:
    """Whether an edit of the context, manifests apart, changes what it copies."""
    if one.keyword not in _COPIES or one.flag("from") is not None or one.heredocs:
        return False
    words = [word.value for word in one.words[:-1] if not _REMOTE.match(word.value)]
    names = [posixpath.normpath(word.lstrip("/") or ".") for word in words]
    found = [
        is_manifest(path)
        for path in project.files
        if path not in project.ignored and any(_is_at(path, name) for name in names)
    ]
    return bool(names) and (not found or not all(found))


def _is_at(path: str, name: str) -> bool:
    """Whether a path is what a COPY names, or lies below it."""
    top = "/".join(path.split("/")[: name.count("/") + 1])
    return name == "." or fnmatchcase(top, name)


def _elsewhere(df: Dockerfile, stage: Stage, base: ImageConfig, build_args: Mapping[str, str]) -> set[int]:
    """The lines of WORKDIRs and of COPYs from the context that lead to none of the system's folders."""
    environments = stage_environment(df, stage, build_args, base_env=dict(base.env))
    env, folder = dict(environments.before), base.workdir or "/"
    found = set()
    for one, change in zip(stage.instructions, environments.changes):
        if one.keyword == "WORKDIR" or one.keyword in _COPIES:
            word = one.words[-1].value
            place = posixpath.join(folder, expand(df, one, word, env))
            known = folder and not unset_variables(word, env, df.escape)
            if known and not is_of_the_system(place) and one.flag("from") is None:
                found.add(one.line)
            if one.keyword == "WORKDIR":
                folder = place if known else ""
        env |= change
    return found
