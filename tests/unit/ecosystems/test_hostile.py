"""A repository is not to be trusted: whatever stands in it, the answer is a recipe, a Decline or nothing."""

from pathlib import Path

import pytest

from stagewright.ecosystems import ECOSYSTEMS, find
from stagewright.ecosystems.go.module import Module
from stagewright.ecosystems.javascript.package import Package, node_image
from stagewright.ecosystems.listening import composed_port
from stagewright.ecosystems.python import metadata
from stagewright.model.design import Decline
from stagewright.model.recipe import Recipe
from tests.unit.ecosystems.projects import project

DIGITS = "9" * 5_000
MANIFESTS = {
    "package.json": [
        "",
        "[]",
        "null",
        "[" * 100_000,
        '{"scripts": [], "dependencies": 1, "engines": "x", "main": {}, "packageManager": 3}',
        '{"scripts": {"start": 1, "build": null}, "bin": []}',
        '{"scripts": {"start": "node \'"}, "engines": {"node": ">=*.x || <"}}',
        '{"scripts": {"start": "npm run start"}, "engines": {"node": "99999999999999999999"}}',
        f'{{"scripts": {{"start": "node a.js"}}, "packageManager": "yarn@{DIGITS}.0"}}',
        f'{{"scripts": {{"start": "node a.js"}}, "engines": {{"node": "1{" " * 200_000}!"}}}}',
    ],
    "pyproject.toml": [
        "",
        "[",
        "x = " + "[" * 5_000,
        "[project]\ndependencies = 1\nscripts = []\nreadme = 3\nrequires-python = '???'",
        "[tool]\nuv = 1\npoetry = []\n[dependency-groups]\ndev = 'x'",
        f"[project]\nrequires-python = '>=3.{DIGITS}'",
        f"[tool.poetry.dependencies]\npython = '^{DIGITS}.1'",
        "[tool.uv]\ndev-dependencies = [1]\n[tool.poetry.group.dev]\ndependencies = 3",
    ],
    "requirements.txt": ["\0", "-r requirements.txt", "-r ../../etc/passwd", "-r /etc/passwd\n@@@"],
    "go.mod": ["", "go 1.99999999999", "module \ngo x"],
}
CODE: dict[str, object] = {
    "main.py": "app = FastAPI(\n" + "x.run(" * 2_000,
    "src/index.js": "export default {" * 2_000 + "process.env.PORT || 99999",
    "main.go": 'package main\nfunc main() {}\n"' + '"/' * 2_000,
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in MANIFESTS.items() for text in texts]
)
def test_any_manifest_has_an_answer(tmp_path: Path, name: str, text: str) -> None:
    read = project(tmp_path, {**CODE, name: text})
    ecosystem = find(read)
    if ecosystem is None:
        return
    assert isinstance(ecosystem.recipe(read), Recipe | Decline)
    for each in ECOSYSTEMS:
        each.manifests(read)
        each.development_dependencies(read)
        each.production_install("npm ci && uv sync && poetry install && bun install '", read)
        each.direct_start(("npm", "start"), read)


def test_a_go_release_of_too_many_digits_is_none(tmp_path: Path) -> None:
    module = Module.read(project(tmp_path, {"go.mod": f"module a\ngo 1.{DIGITS}\n"}))
    assert module.image == "golang:1.26-bookworm"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".python-version", f"3.{DIGITS}\n"),
        ("pyproject.toml", f"[project]\nrequires-python = '>=3.{DIGITS}'"),
        ("pyproject.toml", f"[tool.poetry.dependencies]\npython = '^{DIGITS}.1'"),
    ],
)
def test_a_python_of_too_many_digits_is_none(tmp_path: Path, name: str, text: str) -> None:
    read = project(tmp_path, {name: text})
    assert metadata.image(read, metadata.Metadata.read(read)) == "python:3.13"


@pytest.mark.parametrize("wanted", [f">=18.{DIGITS}", DIGITS])
def test_a_node_of_too_many_digits_is_none(tmp_path: Path, wanted: str) -> None:
    read = project(tmp_path, {".nvmrc": DIGITS})
    assert node_image(read, Package(node=wanted)) == "node:22"


def test_a_published_port_of_too_many_digits_is_none(tmp_path: Path) -> None:
    compose = f"services: {{a: {{build: ., ports: ['1:{DIGITS}', '80:8000']}}}}\n"
    assert composed_port(project(tmp_path, {"compose.yaml": compose})) == 8000


BLANK = "\n" * 200_000
LONG: dict[str, dict[str, object]] = {
    "requirements": {"requirements.txt": f"gunicorn\nflask\n{BLANK}", "app.py": "app = Flask(__name__)\n"},
    "a server's settings": {
        "requirements.txt": "gunicorn\nflask\n",
        "app.py": "app = Flask(__name__)\n",
        "gunicorn.conf.py": BLANK,
    },
    "Go": {"go.mod": "module a\n", "main.go": f"package main\nfunc main() {{}}\n{BLANK}"},
    "a line for cgo": {
        "go.mod": "module a\n",
        "main.go": f'package main\n// {"#cgo " * 90_000}\nimport "C"\nfunc main() {{}}\n',
    },
}


@pytest.mark.parametrize("files", LONG.values(), ids=LONG)
def test_many_blank_lines_and_a_long_one_are_read_at_once(tmp_path: Path, files: dict[str, object]) -> None:
    read = project(tmp_path, files)
    ecosystem = find(read)
    assert ecosystem is not None
    assert isinstance(ecosystem.recipe(read), Recipe)


def test_names_are_unique_and_frameworks_come_first() -> None:
    names = [ecosystem.name for ecosystem in ECOSYSTEMS]
    assert names == ["vite", "next", "bun", "npm", "uv", "poetry", "pip", "go"]


def test_a_recipe_is_the_same_each_time(tmp_path: Path) -> None:
    read = project(tmp_path, {**CODE, "requirements.txt": "fastapi\nuvicorn"})
    ecosystem = find(read)
    assert ecosystem is not None
    assert ecosystem.recipe(read) == ecosystem.recipe(read)
