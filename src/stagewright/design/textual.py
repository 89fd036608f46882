"""A design from the text alone: what it does not tell stays in the image."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import replace

from stagewright.design.bases import family, has_shell
from stagewright.design.copies import Copy, CopyPlan
from stagewright.design.places import places
from stagewright.design.production import Target
from stagewright.design.restage import refusal, restage
from stagewright.dockerfile import Dockerfile, Stage
from stagewright.ecosystems.base import Ecosystem
from stagewright.images import slim_variant
from stagewright.model.design import Decline, Design, LeftBehind
from stagewright.model.evidence import Evidence
from stagewright.model.fact import Need
from stagewright.model.image import ImageConfig, ImageFiles
from stagewright.model.project import Project
from stagewright.shell import commands_of, unwrapped

_BUILD_TOOLS = frozenset({"build-essential", "gcc", "g++", "make", "cmake"})
# Bases that hold buildpack-deps, and what of it a start may call: program → package.
_FULL = frozenset({"node", "python", "ruby", "perl", "elixir", "erlang", "rust", "buildpack-deps"})
_PROGRAMS = {
    **{name: name for name in ("make", "git", "curl", "wget", "unzip", "gcc", "g++")},
    "ssh": "openssh-client",
}
_NOTES = (
    "From the text alone: nothing was built. With an engine, the built original shows what more may "
    "stay behind, and sizes are measured.",
    "What a build tool makes is taken to lie below the folder in which it runs.",
)


def from_dockerfile(
    dockerfile: Dockerfile,
    stage: Stage,
    base: str,
    project: Project,
    ecosystem: Ecosystem | None,
    *,
    build_args: Mapping[str, str],
    dockerfile_path: str = "Dockerfile",
    scanner: str | None = None,
) -> Design | Decline:
    """`base` is the image that FROM names, variables replaced."""
    if not base:
        return Decline(
            "unknown-base",
            "FROM names its base by a variable that has no value.",
            "Give it with --build-arg.",
        )
    slim = slim_variant(base)
    if slim is None:
        return Decline(
            "no-smaller-base",
            f"The text alone names no smaller base than {base}.",
            "With an engine, the built original shows what production needs.",
        )
    config = _configuration(stage)
    if refused := refusal(dockerfile, stage, config):
        return refused
    found = places(dockerfile, stage, base, project, build_args)
    if isinstance(found, Decline):
        return found
    tools = _BUILD_TOOLS & set(found.packages)
    needs = _called(stage) if family(base) in _FULL else {}
    needs |= {
        name: "the original installs it, and the text does not say what for"
        for name in found.packages
        if name not in tools
    }
    evidence = Evidence(
        made=dict.fromkeys(found.paths, 1),
        deleted=frozenset(),
        reasons={},
        packages=tuple(Need(name, why) for name, why in sorted(needs.items())),
        recommends=found.recommends,
    )
    design = restage(
        dockerfile,
        stage,
        project,
        evidence,
        ImageFiles({}, (), config),
        ImageConfig(),
        Target(slim, replace(config, entrypoint=None, cmd=None), has_shell=has_shell(slim)),
        ecosystem,
        dockerfile_path=dockerfile_path,
        build_args=build_args,
        prune=False,
        scanner=scanner,
        plan=CopyPlan(tuple(Copy((path,), "builder", True) for path in found.paths), (), ()),
    )
    if isinstance(design, Decline):
        return design
    behind = tuple(
        LeftBehind(f"package {name}", "it compiles, and nothing that starts calls it")
        for name in sorted(tools - needs.keys())
    )
    return replace(design, notes=(*_NOTES, *design.notes), left_behind=(*behind, *design.left_behind))


def _called(stage: Stage) -> dict[str, str]:
    """Packages of programs that the start and the health check call by name, and why."""
    return {
        _PROGRAMS[command.name]: f"{one.keyword} calls {command.name}"
        for one in stage.instructions
        if one.keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK")
        for outer in commands_of(one).commands
        for command in unwrapped(outer)
        if command.name in _PROGRAMS
    }


def _configuration(stage: Stage) -> ImageConfig:
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
    return replace(config, workdir=workdir)
