"""What the package managers of Python share."""

from __future__ import annotations

from stagewright.ecosystems.listening import health_path_of, python_probe
from stagewright.ecosystems.python.metadata import sources
from stagewright.ecosystems.python.start import Start
from stagewright.ecosystems.selection import is_test
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.project import read_sources

WORKDIR = "/app"
# As the official images have it: nothing in a Dockerfile's ENV may depend on what stood before.
PATH = "/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
UNBUFFERED = ("PYTHONUNBUFFERED", "1")
PIP_CACHE = "/root/.cache/pip"
AUDIT = "pip install pip-audit && pip-audit"
NO_START = Decline(
    "no-start",
    "no application object, console script or program was found",
    "name the program main.py, or declare one script in [project.scripts]",
)
# Libraries that a distribution compiled from source links to; wheels bring their own.
_LIBRARIES = {"psycopg2": "libpq5", "psycopg": "libpq5", "psycopg-c": "libpq5", "mysqlclient": "libmariadb3"}


def runtime_packages(dependencies: frozenset[str]) -> tuple[str, ...]:
    """Debian's packages that the slim image lacks."""
    if "psycopg-binary" in dependencies:
        dependencies = dependencies - {"psycopg"}
    return tuple(sorted({_LIBRARIES[name] for name in dependencies & _LIBRARIES.keys()}))


def probe(project: Project, start: Start) -> tuple[str, tuple[str, ...]]:
    """The health path and the probe, () where nothing listens."""
    path = health_path_of(text for _, text in sources(project))
    return path, () if start.port is None else python_probe(start.port, path)


def has_tests(project: Project) -> bool:
    return any(path.endswith(".py") and is_test(path) and "test" in path for path in project.files)


def unittest_command(project: Project) -> str:
    """ "" when no test is one of the standard library's; a run that finds none fails since Python 3.12."""
    texts = [(path, text) for path, text in read_sources(project, (".py",)) if is_test(path)]
    path = next((path for path, text in texts if "import unittest" in text or "from unittest" in text), "")
    folder = path.rpartition("/")[0]
    if not path:
        return ""
    where = f" -s {folder}" if folder and f"{folder}/__init__.py" not in project.files else ""
    return f"python -m unittest discover{where}"
