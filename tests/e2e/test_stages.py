"""The stages of projects without a Dockerfile: development runs, and not as root; bake builds each target."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from stagewright.design.bake import with_bake
from stagewright.design.template import from_recipe
from stagewright.ecosystems import find
from stagewright.engine import BuildRequest, Engine, RunRequest
from stagewright.model.design import Design
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe
from stagewright.project import read_project
from tests.e2e.prepare import prepare

pytestmark = pytest.mark.engine


def designed(project: Project) -> Design:
    ecosystem = find(project)
    assert ecosystem is not None
    recipe = ecosystem.recipe(project)
    assert isinstance(recipe, Recipe)
    return from_recipe(recipe, project)


@pytest.mark.parametrize(
    ("name", "port"),
    [("bare-bun", 3000), ("bare-npm", 3000), ("bare-vite", 5173), ("bare-pip", 8000), ("bare-uv", 8000)],
)
def test_development_serves_and_is_not_root(name: str, port: int, tmp_path: Path, engine: Engine) -> None:
    project = read_project(prepare(name, tmp_path, engine))
    design = designed(project)
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


def test_bake_builds_the_targets_that_its_file_names(tmp_path: Path, engine: Engine) -> None:
    project = read_project(prepare("bare-bun", tmp_path, engine))
    design = with_bake(designed(project), project)
    for path, text in design.files.items():
        (project.root / path).write_text(text, encoding="utf-8")
    names = {target.name: f"stagewright/tmp:{engine.run_id}-bake-{target.name}" for target in design.targets}
    assert {"production", "tester", "development"} <= names.keys()
    tagged = [word for target, name in names.items() for word in ("--set", f"{target}.tags={name}")]
    subprocess.run(["docker", "buildx", "bake", "--load", *tagged, *names], cwd=project.root, check=True)
    production = engine.inspect_image(names["production"])
    assert production.cmd == ("bun", "run", "dist/index.js")
    assert engine.inspect_image(names["development"]).cmd != production.cmd
