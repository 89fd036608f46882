"""What all ecosystems of JavaScript share."""

from __future__ import annotations

from stagewright.ecosystems.javascript import commands
from stagewright.ecosystems.javascript.managers import manager_of, manifests
from stagewright.ecosystems.javascript.package import Package
from stagewright.model.project import Project


class JavaScript:
    """The part of `Ecosystem` that follows from package.json alone."""

    __slots__ = ()

    def manifests(self, project: Project) -> tuple[str, ...]:
        package = Package.read(project) or Package()
        return manifests(project, package, manager_of(project, package))

    def production_install(self, command: str, project: Project) -> str | None:
        return commands.production_install(command, project)

    def direct_start(self, command: tuple[str, ...], project: Project) -> tuple[str, ...] | None:
        return commands.direct_start(command, project)

    def development_dependencies(self, project: Project) -> frozenset[str]:
        return (Package.read(project) or Package()).development
