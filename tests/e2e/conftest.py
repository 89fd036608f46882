"""The lab's engine for the end-to-end tests; `STAGEWRIGHT_TEST_ENGINE=oldest` chooses the oldest."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stagewright.engine import Engine, EngineMissing
from tests.lab.paths import CACHE

ROOT = Path(__file__).parents[2]
# A worker that begins one of these when the others are done is waited for.
LONGEST = (
    *("[next-standalone", "[go-sqlite", "[python-extension", "[flask-postgres", "vite"),
    *("test_mutants.py", "[go-web", "[bare-go"),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest tests come first in the share of each worker: an equal part of the list as it stands."""
    workers = getattr(config, "workerinput", {"workercount": 1})["workercount"]
    longest = [item for item in items if any(word in item.nodeid for word in LONGEST)]
    others = [item for item in items if item not in longest]
    dealt: list[pytest.Item] = []
    for worker in range(workers):
        own = longest[worker::workers]
        room = (len(items) - len(dealt)) // (workers - worker) - len(own)
        dealt += own + others[: max(room, 0)]
        del others[: max(room, 0)]
    items[:] = dealt


def _lab(action: str) -> str:
    old = ["--old"] if os.environ.get("STAGEWRIGHT_TEST_ENGINE") == "oldest" else []
    command = [sys.executable, "-m", "tests.lab", action, *old]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def _answers() -> bool:
    try:
        return Engine.connect().exists("busybox:latest")
    except EngineMissing:
        return False


@pytest.fixture(scope="session")
def lab() -> Iterator[None]:
    """The lab is up, the environment leads to its engine, and the cache of layers is the lab's own."""
    with pytest.MonkeyPatch.context() as patch:
        for line in _lab("env").splitlines():
            key, _, value = line.removeprefix("export ").partition("=")
            patch.setenv(key, shlex.split(value)[0])
        if not _answers():
            _lab("up")
        patch.setenv("XDG_CACHE_HOME", str(CACHE / "tests"))
        yield


@pytest.fixture(scope="session")
def engine(lab: None) -> Iterator[Engine]:
    """The lab's engine; what the tests made in it goes at the end."""
    with Engine.connect() as engine:
        yield engine
