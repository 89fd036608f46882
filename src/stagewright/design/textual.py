"""A design from the text alone: what it does not tell stays in the image."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from stagewright.design.bases import has_shell
from stagewright.design.production import Target
from stagewright.design.restage import restage
from stagewright.dockerfile import Dockerfile, Stage
from stagewright.ecosystems.base import Ecosystem
from stagewright.images import slim_variant
from stagewright.model.design import Decline, Design
from stagewright.model.evidence import Evidence
from stagewright.model.fact import Need
from stagewright.model.image import Entry, ImageConfig, ImageFiles
from stagewright.model.project import Project
from stagewright.shell import Action, commands_of, recognise

_PYTHON = "/usr/local"
_BUILDS_ONLY = ("-dev", "build-essential", "gcc", "g++", "make", "cmake")
_NOTE = (
    "From the text alone: nothing was built. With an engine, the built original shows what more may "
    "stay behind, and sizes are measured."
)


def from_dockerfile(
    dockerfile: Dockerfile,
    stage: Stage,
    base: str,
    project: Project,
    ecosystem: Ecosystem | None,
    *,
    dockerfile_path: str = "Dockerfile",
) -> Design | Decline:
    """`base` is the image that FROM names, variables replaced."""
    slim = slim_variant(base)
    if slim is None:
        return Decline(
            "no-smaller-base",
            f"The text alone names no smaller base than {base}.",
            "With an engine, the built original shows what production needs.",
        )
    workdir, config = _configuration(stage)
    made = [workdir] if workdir != "/" else []
    if any(action.tool == "pip" for action in _actions(stage, "install")):
        made.append(_PYTHON)
    entries = {path: entry for folder in made for path, entry in _folder(folder)}
    evidence = Evidence(
        made=dict.fromkeys(entries, 1), deleted=frozenset(), reasons={}, packages=_packages(stage)
    )
    target = Target(slim, replace(config, entrypoint=None, cmd=None), has_shell=has_shell(slim))
    design = restage(
        dockerfile,
        stage,
        project,
        evidence,
        ImageFiles(entries, (), config),
        ImageConfig(),
        target,
        ecosystem,
        dockerfile_path=dockerfile_path,
        prune=False,
    )
    return design if isinstance(design, Decline) else replace(design, notes=(_NOTE, *design.notes))


def _configuration(stage: Stage) -> tuple[str, ImageConfig]:
    workdir, config = "/", ImageConfig()
    for one in stage.instructions:
        values = tuple(word.value for word in one.words)
        if one.keyword == "WORKDIR" and values:
            workdir = posixpath.normpath(posixpath.join(workdir, values[0].strip("\"'")))
        elif one.keyword == "CMD":
            config = replace(config, cmd=values if one.json else ("/bin/sh", "-c", *values))
        elif one.keyword == "ENTRYPOINT":
            config = replace(
                config, entrypoint=values if one.json else ("/bin/sh", "-c", *values), cmd=config.cmd
            )
    return workdir, replace(config, workdir=workdir)


def _folder(path: str) -> tuple[tuple[str, Entry], ...]:
    """A folder that holds something, whatever it is."""
    inside = posixpath.join(path, "*")
    return (
        (path, Entry(path, "dir", 0o755, 0, 0)),
        (inside, Entry(inside, "file", 0o644, 0, 0)),
        (inside + "*", Entry(inside + "*", "file", 0o644, 0, 0)),
    )


def _packages(stage: Stage) -> tuple[Need, ...]:
    names = {
        name.partition("=")[0]
        for action in _actions(stage, "install")
        if action.tool == "apt"
        for name in action.packages
    }
    kept = sorted(name for name in names if not name.endswith(_BUILDS_ONLY[0]) and name not in _BUILDS_ONLY)
    return tuple(Need(name, "the original installs it, and the text does not say what for") for name in kept)


def _actions(stage: Stage, kind: str) -> list[Action]:
    found: list[Action] = []
    for one in stage.instructions:
        if one.keyword == "RUN":
            found += [
                action
                for command in commands_of(one).commands
                for action in recognise(command)
                if action.kind == kind
            ]
    return found
