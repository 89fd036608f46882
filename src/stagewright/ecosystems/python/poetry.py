"""Python with Poetry: existing Dockerfiles; there is no recipe yet."""

from __future__ import annotations

import re

from stagewright.ecosystems.parts import with_flag
from stagewright.ecosystems.python.metadata import Metadata
from stagewright.ecosystems.selection import existing
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe

_PRODUCTION = re.compile(r"--only\b|--without[= ]\S*dev|--no-dev\b")


class Poetry:
    __slots__ = ()
    name = "poetry"

    def detect(self, project: Project) -> bool:
        return "poetry.lock" in project.texts or "poetry" in Metadata.read(project).tools

    def recipe(self, project: Project) -> Recipe | Decline:
        del project
        return Decline("poetry", "there is no recipe for Poetry yet", "write a single-stage Dockerfile first")

    def manifests(self, project: Project) -> tuple[str, ...]:
        return existing(project, ("pyproject.toml", "poetry.lock", "poetry.toml"))

    def production_install(self, command: str, project: Project) -> str | None:
        del project
        return with_flag(command, ["poetry", "install"], _PRODUCTION, "--only main")

    def direct_start(self, command: tuple[str, ...], project: Project) -> tuple[str, ...] | None:
        del command, project
        return None

    def development_dependencies(self, project: Project) -> frozenset[str]:
        return Metadata.read(project).development
