"""Node.js with npm, or with Yarn 1 or pnpm in its place."""

from __future__ import annotations

from stagewright.ecosystems.javascript.family import JavaScript
from stagewright.ecosystems.javascript.managers import manager_of
from stagewright.ecosystems.javascript.package import Package
from stagewright.ecosystems.javascript.server import server_recipe
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe


class Npm(JavaScript):
    __slots__ = ()
    name = "npm"

    def detect(self, project: Project) -> bool:
        return "package.json" in project.texts

    def recipe(self, project: Project) -> Recipe | Decline:
        return server_recipe(project, manager_of(project, Package.read(project) or Package()))
