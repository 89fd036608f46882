"""The ecosystems, in the order in which they are asked: frameworks before package managers."""

from __future__ import annotations

from stagewright.ecosystems.base import Ecosystem
from stagewright.ecosystems.go.go import Go
from stagewright.ecosystems.javascript.bun import Bun
from stagewright.ecosystems.javascript.next import Next
from stagewright.ecosystems.javascript.npm import Npm
from stagewright.ecosystems.javascript.vite import Vite
from stagewright.ecosystems.python.pip import Pip
from stagewright.ecosystems.python.poetry import Poetry
from stagewright.ecosystems.python.uv import Uv
from stagewright.model.project import Project

ECOSYSTEMS: tuple[Ecosystem, ...] = (Vite(), Next(), Bun(), Npm(), Uv(), Poetry(), Pip(), Go())


def find(project: Project) -> Ecosystem | None:
    """The first that recognises the project, None where none does."""
    return next((ecosystem for ecosystem in ECOSYSTEMS if ecosystem.detect(project)), None)
