"""Every example is rewritten, proved and written as its expectation says, plain and hardened."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stagewright.engine import BuildRequest, Engine
from stagewright.evidence.tree import read_tree
from tests.e2e.prepare import Expected, expected, has_dockerfile, names, prepare

pytestmark = pytest.mark.engine

SECONDS = 1800
# Hardenings that no difference of the configuration tells.
GATE = "COPY --from=tester /tmp/gate/ /"
# Two runs write the same bytes.
TWICE = ("bun-api", "compose-worker", "go-web")


def apply(project: Path, wanted: Expected, *options: str) -> dict[str, Any]:
    probes = [word for probe in wanted.probes for word in ("--probe", probe)]
    command = [sys.executable, "-m", "stagewright.cli.main", "apply", "--format", "json", "--quiet"]
    ran = subprocess.run(
        [*command, *options, *probes],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.stdout, ran.stderr
    document: dict[str, Any] = json.loads(ran.stdout)
    assert document["verdict"] == wanted.verdict, json.dumps(document["reasons"], indent=2)
    assert ran.returncode == 0, ran.stderr
    return document


def options(name: str, *, hardened: bool) -> tuple[str, ...]:
    """A project without a Dockerfile is hardened by default."""
    if has_dockerfile(name):
        return ("--harden",) if hardened else ()
    return () if hardened else ("--harden", "none")


def written(project: Path, document: dict[str, Any]) -> dict[str, str]:
    files = {file["path"]: file["content"] for file in document["files"]}
    for path, content in files.items():
        assert (project / path).read_text(encoding="utf-8") == content
    return files


@pytest.mark.parametrize("hardened", [False, True], ids=["plain", "hardened"])
@pytest.mark.parametrize("name", names())
def test_example(name: str, hardened: bool, tmp_path: Path, engine: Engine) -> None:
    wanted = expected(name, hardened=hardened)
    project = prepare(name, tmp_path, engine)
    document = apply(project, wanted, *options(name, hardened=hardened))
    files = written(project, document)
    assert document["after"]["size"] / document["before"]["size"] <= wanted.ratio
    _check_waivers(document, wanted)

    image = engine.build(BuildRequest(project)).ref
    paths = read_tree(engine, image).entries
    assert [path for path in wanted.required if path not in paths] == []
    assert [path for path in wanted.forbidden if path in paths] == []
    if hardened:
        _check_hardenings(document, files["Dockerfile"], wanted)
        assert engine.inspect_image(image).user.partition(":")[0] == wanted.user
    if hardened and name in TWICE:
        (tmp_path / "again").mkdir()
        again = prepare(name, tmp_path / "again", engine)
        assert written(again, apply(again, wanted, *options(name, hardened=True))) == files


def _check_waivers(document: dict[str, Any], wanted: Expected) -> None:
    waived = " ".join(rule["evidence"] for rule in document["rules"] if rule["outcome"] == "waived")
    assert [name for name in wanted.waived if name not in waived] == []


def _check_hardenings(document: dict[str, Any], dockerfile: str, wanted: Expected) -> None:
    made = {difference["hardening"] for difference in document["configuration"]}
    if GATE in dockerfile:
        made.add("gate")
    assert set(wanted.on) - made == set(), document["given_up"]
    assert document["after"]["healthy"] == wanted.healthy
