from pathlib import Path

import pytest

from stagewright.ecosystems import find
from stagewright.model.recipe import Output
from tests.unit.ecosystems.projects import project, recipe

PYPROJECT = """[project]
name = "api"
requires-python = ">=3.13"
dependencies = ["fastapi>=0.115", "uvicorn"]
[dependency-groups]
dev = ["pytest", "ruff"]
"""
API = """app = FastAPI()
@app.get("/health")
def health(): ...
"""
PATH = ("PATH", "/app/.venv/bin:/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")


def test_an_application(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {"pyproject.toml": PYPROJECT, "uv.lock": "", "main.py": API, "tests/test_a.py": "", "a.json": ""},
    )
    assert (found.builder_image, found.runtime_image) == ("python:3.13", "python:3.13-slim")
    assert found.manifests == ("pyproject.toml", "uv.lock")
    assert found.install == "pip install uv && uv sync --locked --no-install-project"
    assert found.install_production == "pip install uv && uv sync --locked --no-dev --no-install-project"
    assert found.dependencies == ("/app/.venv",)
    assert found.build == () and found.outputs == ()
    assert found.runtime_files == ("a.json", "main.py", "pyproject.toml")
    assert found.start == ("uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000")
    assert found.development == (*found.start, "--reload")
    assert PATH in found.runtime_env and PATH in found.builder_env
    assert found.test == "python -m pytest"
    assert 'CMD ["/app/.venv/bin/uvicorn"' in found.naive


def test_a_package_is_installed_by_a_build(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {
            "pyproject.toml": PYPROJECT
            + '[project.scripts]\napi = "api:main"\n[build-system]\nrequires = []\n',
            "uv.lock": "",
            "src/api/__init__.py": "",
            "tests/test_a.py": "",
        },
    )
    assert found.install == "pip install uv && uv sync --locked --no-dev --no-install-project"
    assert found.install_production == ""
    assert found.build == ("uv sync --locked --no-dev",)
    assert [output.destination for output in found.outputs] == ["/app/.venv"]
    assert isinstance(found.outputs[0], Output)
    assert found.runtime_files == ("pyproject.toml", "src")
    assert found.start == ("api",)
    assert found.test == "uv sync --locked && python -m pytest"


def test_without_a_lockfile_or_groups(tmp_path: Path) -> None:
    found = recipe(tmp_path, {"pyproject.toml": "[project]\nname='a'\n[tool.uv]\n", "main.py": API})
    assert found.install == "pip install uv && uv sync --no-install-project"
    assert found.install_production == ""
    assert found.notes == ("no uv.lock: every installation may give other versions",)


@pytest.mark.parametrize(
    ("files", "command", "expected"),
    [
        ({"uv.lock": ""}, "uv sync --locked", "uv sync --locked --no-dev"),
        (
            {"uv.lock": ""},
            "pip install uv && uv sync --frozen",
            "pip install uv && uv sync --frozen --no-dev",
        ),
        ({"uv.lock": ""}, "uv sync --no-dev", "uv sync --no-dev"),
        ({"uv.lock": ""}, "uv pip install -r requirements.txt", None),
        ({"poetry.lock": ""}, "poetry install --no-root", "poetry install --no-root --only main"),
        ({"poetry.lock": ""}, "poetry install --without dev", "poetry install --without dev"),
        ({"poetry.lock": ""}, "poetry build", None),
    ],
)
def test_the_users_installation_without_development(
    tmp_path: Path, files: dict[str, object], command: str, expected: str | None
) -> None:
    read = project(tmp_path, files)
    ecosystem = find(read)
    assert ecosystem is not None
    assert ecosystem.production_install(command, read) == expected


def test_development_dependencies(tmp_path: Path) -> None:
    read = project(tmp_path, {"pyproject.toml": PYPROJECT, "uv.lock": ""})
    ecosystem = find(read)
    assert ecosystem is not None
    assert ecosystem.development_dependencies(read) == {"pytest", "ruff"}


def test_the_python_that_poetry_admits(tmp_path: Path) -> None:
    from stagewright.ecosystems.python.metadata import Metadata, image

    text = '[tool.poetry.dependencies]\npython = "~3.11"\n'
    read = project(tmp_path, {"pyproject.toml": text})
    assert image(read, Metadata.read(read)) == "python:3.11"
