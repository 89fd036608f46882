"""The lab, brought up when it is not."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.lab.paths import HERE

Docker = Callable[..., str]


@pytest.fixture(scope="session")
def docker() -> Docker:
    """Run the Docker client on the lab's current engine: `docker("run", "--rm", IMAGE)` gives its stdout."""
    if os.environ.get("STAGEWRIGHT_ENGINE") == "host":
        pytest.skip("the stand-ins are not used with the machine's own engine")
    root = HERE.parent.parent
    subprocess.run([sys.executable, "-m", "tests.lab", "up"], cwd=root, check=True)
    lines = subprocess.run(
        [sys.executable, "-m", "tests.lab", "env"], cwd=root, check=True, capture_output=True, text=True
    ).stdout
    env = dict(line.removeprefix("export ").split("=", 1) for line in lines.splitlines())

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["docker", *arguments], env={**os.environ, **env}, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
