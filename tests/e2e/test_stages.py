"""The stages beside production, of projects without a Dockerfile: development runs, and not as root."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from stagewright.design.template import from_recipe
from stagewright.ecosystems import find
from stagewright.engine import BuildRequest, Engine, RunRequest
from stagewright.model.recipe import Recipe
from stagewright.project import read_project
from tests.e2e.prepare import prepare

pytestmark = pytest.mark.engine


@pytest.mark.parametrize(
    ("name", "port"),
    [("bare-bun", 3000), ("bare-npm", 3000), ("bare-vite", 5173), ("bare-pip", 8000), ("bare-uv", 8000)],
)
def test_development_serves_and_is_not_root(name: str, port: int, tmp_path: Path, engine: Engine) -> None:
    project = read_project(prepare(name, tmp_path, engine))
    ecosystem = find(project)
    assert ecosystem is not None
    recipe = ecosystem.recipe(project)
    assert isinstance(recipe, Recipe)
    design = from_recipe(recipe, project)
    image = engine.build(
        BuildRequest(project.root, dockerfile_text=design.dockerfile, target="development")
    ).ref
    container = engine.start(RunRequest(image))
    try:
        deadline = time.monotonic() + 60
        while f"{port}/tcp" not in (container.ports() or ()) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert f"{port}/tcp" in (container.ports() or ()), container.logs()
        assert all(process.uid != 0 for process in container.processes())
    finally:
        container.remove()
