"""The lab, brought up when it is not."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.lab.paths import HERE

Docker = Callable[..., str]


@pytest.fixture(scope="session")
def docker() -> Docker:
    """Run the Docker client on the lab's current engine: `docker("run", "--rm", IMAGE)` gives its stdout."""
    lab("up")
    env = dict(word.split("=", 1) for word in shlex.split(lab("env")) if "=" in word)
    if env["STAGEWRIGHT_LAB"] == "host":
        pytest.skip("the machine's own engine has the real images")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["docker", *arguments], env={**os.environ, **env}, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def lab(action: str) -> str:
    command = [sys.executable, "-m", "tests.lab", action]
    return subprocess.run(
        command, cwd=HERE.parent.parent, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
