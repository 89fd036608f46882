from pathlib import Path

import pytest

from stagewright.ecosystems import find
from stagewright.model.design import Decline
from stagewright.model.recipe import Output
from tests.unit.ecosystems.projects import project, recipe

FLASK = """from flask import Flask
app = Flask(__name__)

@app.route("/healthz")
def health():
    return "ok"
"""
PATH = "/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def test_flask_with_gunicorn_and_psycopg2_from_source(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {
            "requirements.txt": "-r requirements/base.txt\ngunicorn==23\n",
            "requirements/base.txt": "Flask==3 # web\npsycopg2>=2.9\n--no-binary psycopg2\n",
            "requirements-dev.txt": "-r requirements.txt\npytest\n",
            ".python-version": "3.11.4\n",
            "app.py": FLASK,
            "templates/index.html": "",
            "tests/test_app.py": "",
            "Dockerfile": "",
            "README.md": "",
        },
    )
    assert (found.builder_image, found.runtime_image) == ("python:3.11", "python:3.11-slim")
    assert found.manifests == ("requirements.txt", "requirements/base.txt")
    assert found.install == "pip install --prefix=/install -r requirements.txt"
    assert found.install_production == ""
    assert found.outputs == (Output("deps", "/install", "/usr/local", "the installed distributions"),)
    assert dict(found.builder_env) == {
        "PYTHONPATH": "/install/lib/python3.11/site-packages",
        "PATH": f"/install/bin:{PATH}",
    }
    assert found.runtime_packages == ("libpq5",)
    assert found.runtime_files == ("app.py", "templates")
    assert found.start == ("gunicorn", "--bind", "0.0.0.0:8000", "app:app")
    assert (found.port, found.health_path) == (8000, "/healthz")
    assert found.health == (
        "python",
        "-c",
        "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=3)",
    )
    assert found.test == "pip install -r requirements-dev.txt && python -m pytest"
    assert found.user == ""
    assert found.naive == (
        "FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nEXPOSE 8000\n"
        'CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]\n'
    )


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"app.py": FLASK}, ("flask", "--app", "app:app", "run", "--host", "0.0.0.0", "--port", "5000")),
        (
            {"app.py": FLASK + 'if __name__ == "__main__":\n    app.run(host="0.0.0.0", port=8080)\n'},
            ("python", "app.py"),
        ),
        (
            {"app/main.py": "import fastapi\napp: fastapi.FastAPI = fastapi.FastAPI(title='x')\n"},
            ("uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"),
        ),
        (
            {"src/main.py": "api = FastAPI()\n"},
            ("uvicorn", "main:api", "--app-dir", "src", "--host", "0.0.0.0", "--port", "8000"),
        ),
        (
            {"web/__init__.py": "def create_app():\n    app = FastAPI()\n    return app\n"},
            ("uvicorn", "web:create_app", "--factory", "--host", "0.0.0.0", "--port", "8000"),
        ),
        (
            {
                "requirements.txt": "flask\ngunicorn",
                "wsgi.py": "app = create_app()",
                "shop/__init__.py": "def create_app():\n    return Flask('shop')\n",
            },
            ("gunicorn", "--bind", "0.0.0.0:8000", "wsgi:app"),
        ),
        ({"tool/__main__.py": ""}, ("python", "-m", "tool")),
        ({"fetch.py": "if __name__ == '__main__':\n    main()\n", "other.py": ""}, ("python", "fetch.py")),
        (
            {
                "requirements.txt": "django\ngunicorn",
                "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")',
            },
            ("gunicorn", "--bind", "0.0.0.0:8000", "site.wsgi:application"),
        ),
        (
            {
                "requirements.txt": "flask\ngunicorn",
                "app.py": FLASK,
                "gunicorn.conf.py": 'bind = "0.0.0.0:9000"',
            },
            ("gunicorn", "app:app"),
        ),
    ],
)
def test_how_it_starts(tmp_path: Path, files: dict[str, object], start: tuple[str, ...]) -> None:
    assert recipe(tmp_path, {"requirements.txt": "", **files}).start == start


def test_a_one_shot_program_listens_nowhere(tmp_path: Path) -> None:
    found = recipe(tmp_path, {"requirements.txt": "", "main.py": "print(1)"})
    assert found.port is None and found.health == () and found.development == ()
    assert found.outputs == ()


def test_a_project_that_installs_itself(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {
            "pyproject.toml": '[project]\nname = "t"\nreadme = "README.md"\n'
            'requires-python = ">=3.10,<3.12"\nscripts = {tool = "t:main"}\n[build-system]\nrequires = []\n',
            "README.md": "",
            "src/t/__init__.py": "def main(): ...",
        },
    )
    assert found.builder_image == "python:3.11"
    assert found.install == "pip install --prefix=/install ."
    assert found.manifests == ("README.md", "pyproject.toml", "src")
    assert found.start == ("tool",)
    assert found.runtime_files == ()


@pytest.mark.parametrize(
    ("test", "command"),
    [
        ("test_main.py", "python -m unittest discover"),
        ("tests/test_main.py", "python -m unittest discover -s tests"),
    ],
)
def test_unittest_needs_nothing(tmp_path: Path, test: str, command: str) -> None:
    files = {"requirements.txt": "", "main.py": "", test: "import unittest"}
    assert recipe(tmp_path, files).test == command


def test_nothing_that_starts(tmp_path: Path) -> None:
    read = project(tmp_path, {"requirements.txt": "", "lib/a.py": ""})
    ecosystem = find(read)
    assert ecosystem is not None and ecosystem.name == "pip"
    assert isinstance(ecosystem.recipe(read), Decline)
    assert ecosystem.production_install("pip install -r requirements.txt", read) is None


def test_a_pyproject_that_only_configures_tools(tmp_path: Path) -> None:
    found = recipe(tmp_path, {"pyproject.toml": "[tool.ruff]\n", "main.py": ""})
    assert found.install == "" and found.outputs == ()
    assert "RUN" not in found.naive
    assert found.runtime_files == ("main.py", "pyproject.toml")
