"""The command line on a project that no recipe knows: a C program on a full Debian."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DOCKERFILE = """\
# A greeter.
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev
WORKDIR /srv/greeter
COPY . .
RUN gcc -o /usr/local/bin/greet greet.c && touch /etc/greeting && rm greet.c
ENV GREETING="good day"
LABEL org.example.team=words
CMD ["greet"]
"""
SOURCE = """\
#include <stdio.h>
#include <stdlib.h>
int main(void) { printf("%s\\n", getenv("GREETING")); return 0; }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "greeter"
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    (folder / "greet.c").write_text(SOURCE, encoding="utf-8")
    (folder / "words.txt").write_text("hello\n", encoding="utf-8")
    return folder


def run(*words: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stagewright.cli.main", *words]
    merged = {**os.environ, **(env or {})}
    return subprocess.run(
        command, cwd=cwd, env=merged, capture_output=True, text=True, check=False, timeout=600
    )


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.engine
@pytest.mark.usefixtures("lab")
def test_apply_writes_what_it_showed_and_nothing_else(project: Path) -> None:
    before = files(project.parent)
    shown = run("apply", ".", "--diff", cwd=project)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "proved: compared with the Dockerfile" in shown.stdout
    assert "+FROM debian:bookworm-slim AS production" in shown.stdout
    assert files(project.parent) == before

    applied = run("apply", str(project), "--format", "json", cwd=project.parent)
    document = json.loads(applied.stdout)
    assert document["verdict"] == "proved"
    assert document["after"]["size"] < document["before"]["size"] / 2
    assert document["accounting"]["unexplained"] == []
    after = files(project.parent)
    assert {path for path in after if after[path] != before.get(path)} == {"greeter/Dockerfile"}
    written = after["greeter/Dockerfile"]
    assert written == next(file["content"] for file in document["files"] if file["path"] == "Dockerfile")
    production = written[written.index("AS production") :]
    for kept in ("# A greeter.", "LABEL org.example.team=words", 'ENV GREETING="good day"', 'CMD ["greet"]'):
        assert kept in written
    assert "gcc" not in production

    # A hardening that has nothing to change is no reason for another design either.
    for words in (("apply", ".", "--diff", "--harden", "env"), ("design", ".")):
        again = run(*words, cwd=project)
        assert again.returncode == 0
        assert "declined" in again.stdout and "min_saving" in again.stdout


@pytest.mark.engine
@pytest.mark.usefixtures("lab")
def test_design_measures_and_writes_nothing(project: Path) -> None:
    before = files(project)
    shown = run("design", ".", cwd=project)
    assert shown.returncode == 0, shown.stderr
    for section in (
        "# Multi-Stage Build Design",
        "## Stages",
        "## Build Commands",
        "## Final Image Contents",
    ):
        assert section in shown.stdout
    for section in ("## Left Behind", "## What Moved Where", "## Hardening", "## Facts"):
        assert section in shown.stdout
    assert " MB" in shown.stdout
    assert files(project) == before


def test_without_an_engine_there_is_a_design_and_no_proof(project: Path, tmp_path: Path) -> None:
    nowhere = {"DOCKER_HOST": f"unix://{tmp_path}/no.sock"}
    checked = run("check", ".", cwd=project, env=nowhere)
    assert checked.returncode == 1
    assert "single-stage" in checked.stdout
    designed = run("design", ".", cwd=project, env=nowhere)
    assert designed.returncode == 0, designed.stderr
    assert "nothing is measured" in designed.stderr
    assert "not measured" in designed.stdout
    before = files(project)
    applied = run("apply", ".", cwd=project, env=nowhere)
    assert applied.returncode == 3
    assert "hint:" in applied.stderr and "Traceback" not in applied.stderr
    assert files(project) == before


def test_bad_input_is_named_with_its_place(project: Path) -> None:
    (project / "Dockerfile").write_text("FROM debian\n\nRNU true\n", encoding="utf-8")
    before = files(project)
    for verb in ("apply", "design", "prove"):
        ran = run(verb, ".", cwd=project)
        assert ran.returncode == 2
        assert "Dockerfile:3:1: unknown instruction: RNU (did you mean RUN?)" in ran.stderr
        assert "Traceback" not in ran.stderr
    assert files(project) == before


def test_the_path_after_harden_is_the_path(project: Path) -> None:
    ran = run("design", "--no-engine", "--harden", str(project), cwd=project.parent)
    assert ran.returncode == 0, ran.stderr
    assert "Multi-Stage Build Design" in ran.stdout
