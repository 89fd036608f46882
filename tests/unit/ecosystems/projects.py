"""Small projects in a temporary folder."""

import json
from collections.abc import Mapping
from pathlib import Path

from stagewright.ecosystems import find
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe
from stagewright.project import read_project


def project(root: Path, files: Mapping[str, object]) -> Project:
    """Write `files` (a mapping becomes JSON) and read the folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_project(root)


def recipe(root: Path, files: Mapping[str, object]) -> Recipe:
    read = project(root, files)
    ecosystem = find(read)
    assert ecosystem is not None
    found = ecosystem.recipe(read)
    assert isinstance(found, Recipe), found
    return found
