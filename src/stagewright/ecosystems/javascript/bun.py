"""Bun: package manager and runtime."""

from __future__ import annotations

from stagewright.ecosystems.javascript.family import JavaScript
from stagewright.ecosystems.javascript.managers import BUN, manager_of
from stagewright.ecosystems.javascript.package import Package
from stagewright.ecosystems.javascript.server import server_recipe
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe


class Bun(JavaScript):
    __slots__ = ()
    name = "bun"

    def detect(self, project: Project) -> bool:
        package = Package.read(project)
        if package is None:
            return False
        runs_bun = package.scripts.get("start", "").split()[:1] == ["bun"]
        return manager_of(project, package) is BUN or project.has("bunfig.toml") or runs_bun

    def recipe(self, project: Project) -> Recipe | Decline:
        return server_recipe(project, BUN)
