"""The role that every ecosystem takes."""

from __future__ import annotations

from typing import Protocol

from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe


class Ecosystem(Protocol):
    """One package manager's or framework's knowledge of a project. All methods only read."""

    @property
    def name(self) -> str:
        """Short and stable: `bun`, `npm`, `vite`, `pip`, `go`."""
        ...

    def detect(self, project: Project) -> bool:
        """Whether this project is one of this ecosystem's."""
        ...

    def recipe(self, project: Project) -> Recipe | Decline:
        """How to install, build, prune, run and probe it; a Decline names what stands in the way."""
        ...

    def manifests(self, project: Project) -> tuple[str, ...]:
        """The context's paths that an installation reads, lockfile included, in path order."""
        ...

    def production_install(self, command: str, project: Project) -> str | None:
        """The user's own installation command without development dependencies.

        `command` is shell text; parts joined by `&&` that install nothing stay as they are. The same text
        comes back when it leaves them out already; None when nothing in it installs the project's
        dependencies, or when development dependencies are no thing of their own.
        """
        ...

    def direct_start(self, command: tuple[str, ...], project: Project) -> tuple[str, ...] | None:
        """What `command` starts in the end, without the package manager between.

        None when the package manager does more than to start it, or when `command` is no such call.
        """
        ...

    def development_dependencies(self, project: Project) -> frozenset[str]:
        """Names that the manifest itself marks as development-only (not what they bring along)."""
        ...
