"""Python with uv."""

from __future__ import annotations

import re

from stagewright.ecosystems.naive import single_stage
from stagewright.ecosystems.parts import with_flag
from stagewright.ecosystems.python.common import (
    AUDIT,
    NO_START,
    PATH,
    UNBUFFERED,
    WORKDIR,
    has_tests,
    probe,
    runtime_packages,
    unittest_command,
)
from stagewright.ecosystems.python.metadata import Metadata, image
from stagewright.ecosystems.python.start import start_of
from stagewright.ecosystems.selection import build_files, existing, runtime_files, secret_notes
from stagewright.images import slim_variant
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.model.recipe import Output, Recipe

VENV = f"{WORKDIR}/.venv"
GET_UV = "pip install uv"
_PRODUCTION = re.compile(r"--no-dev\b|--no-default-groups\b|--only-group\b")


class Uv:
    __slots__ = ()
    name = "uv"

    def detect(self, project: Project) -> bool:
        return "uv.lock" in project.texts or (
            "uv" in Metadata.read(project).tools and "requirements.txt" not in project.texts
        )

    def recipe(self, project: Project) -> Recipe | Decline:
        metadata = Metadata.read(project)
        if "workspace" in metadata.uv:
            return Decline("workspaces", "pyproject.toml declares a workspace of uv")
        start = start_of(project, metadata.dependencies, metadata.scripts, installed=metadata.builds)
        if start is None:
            return NO_START
        base = image(project, metadata)
        sync = "uv sync --locked" if "uv.lock" in project.texts else "uv sync"
        install, pruned, build, test = _commands(project, metadata, sync)
        path, health = probe(project, start)
        on_path = ("PATH", f"{VENV}/bin:{PATH}")
        documents = existing(project, metadata.documents)
        return Recipe(
            ecosystem=self.name,
            builder_image=base,
            runtime_image=slim_variant(base) or base,
            workdir=WORKDIR,
            start=start.command,
            naive=single_stage(
                base,
                WORKDIR,
                (GET_UV, sync),
                (f"{WORKDIR}/.venv/bin/{start.command[0]}", *start.command[1:]),
                start.port,
            ),
            manifests=self.manifests(project),
            install=f"{GET_UV} && {install}",
            install_production=f"{GET_UV} && {pruned}" if pruned else "",
            dependencies=(VENV,),
            caches=("/root/.cache/uv",),
            builder_env=(("UV_LINK_MODE", "copy"), ("UV_PYTHON_DOWNLOADS", "0"), on_path),
            runtime_env=(UNBUFFERED, on_path),
            runtime_packages=runtime_packages(metadata.dependencies),
            sources=tuple(sorted({*build_files(project), *documents})),
            build=(build,) if build else (),
            outputs=(Output("builder", VENV, VENV, "the virtual environment, the project in it"),)
            if build
            else (),
            runtime_files=runtime_files(project),
            port=start.port,
            health_path=path,
            health=health,
            test=test,
            development=start.development,
            audit=AUDIT,
            notes=_lock_notes(project) + secret_notes(project),
        )

    def manifests(self, project: Project) -> tuple[str, ...]:
        return existing(project, ("pyproject.toml", "uv.lock", "uv.toml", ".python-version"))

    def production_install(self, command: str, project: Project) -> str | None:
        del project
        return with_flag(command, ["uv", "sync"], _PRODUCTION, "--no-dev")

    def direct_start(self, command: tuple[str, ...], project: Project) -> tuple[str, ...] | None:
        """`uv run` makes the environment first, and where it lies the image's WORKDIR says."""
        del command, project
        return None

    def development_dependencies(self, project: Project) -> frozenset[str]:
        return Metadata.read(project).development


def _lock_notes(project: Project) -> tuple[str, ...]:
    if "uv.lock" in project.texts:
        return ()
    return ("no uv.lock: every installation may give other versions",)


def _commands(project: Project, metadata: Metadata, sync: str) -> tuple[str, str, str, str]:
    """Installation, production's, build and test.

    The project itself, where it is a package, is installed by a build into an environment without
    development dependencies; the tester then adds them.
    """
    pytest = "pytest" in metadata.development | metadata.dependencies
    test = ("python -m pytest" if pytest else unittest_command(project)) if has_tests(project) else ""
    if metadata.builds:
        tested = f"{sync} && {test}" if test else ""
        return f"{sync} --no-dev --no-install-project", "", f"{sync} --no-dev", tested
    pruned = f"{sync} --no-dev --no-install-project" if metadata.development else ""
    return f"{sync} --no-install-project", pruned, "", test
