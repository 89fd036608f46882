"""The Docker client, led to the lab's engine by the fixture `lab`."""

import os
import subprocess
from collections.abc import Callable

import pytest

Docker = Callable[..., str]


@pytest.fixture(scope="session")
def docker(lab: None) -> Docker:
    """Run the Docker client on the lab's engine: `docker("run", "--rm", IMAGE)` gives its stdout."""
    if os.environ["STAGEWRIGHT_LAB"] != "current":
        pytest.skip("the stand-ins are all there on the lab's current engine alone")

    def run(*arguments: str) -> str:
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
