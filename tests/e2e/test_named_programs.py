"""A program that the code names in no obvious place, on a path that no run takes, comes along."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.cli.main import main
from stagewright.engine import BuildRequest, Engine, RunRequest
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

DOCKERFILE = """\
FROM python:3.13
RUN apt-get update && apt-get install -y --no-install-recommends bc && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY main.py .
CMD ["python", "main.py"]
"""
MAIN = """\
import subprocess, sys

OPTIONS = ["-q"]


def calculate(text):
    return subprocess.run(["bc"] + OPTIONS, input=text.encode(), stdout=subprocess.PIPE).stdout.decode()


print(calculate(sys.argv[1] + chr(10)) if len(sys.argv) > 1 else "nothing to do")
"""


def test_it_is_there(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    (tmp_path / "main.py").write_text(MAIN, encoding="utf-8")
    code = main(["apply", str(tmp_path), "--format", "json", "--quiet"])
    proof = document(capsys)
    assert (code, proof["verdict"], proof["reasons"]) == (0, "proved", [])
    image = engine.build(BuildRequest(tmp_path))
    container = engine.start(RunRequest(image.ref, command=("python", "main.py", "6*7")))
    assert container.wait(20) == 0
    assert container.logs().stdout.strip() == b"42"
