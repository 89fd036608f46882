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
LONGEST = ("[next-standalone", "test_mutants.py", "vite", "test_two_runs", "go-sqlite", "zones-of-go")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests come first."""
    items.sort(key=lambda item: not any(word in item.nodeid for word in LONGEST))


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
