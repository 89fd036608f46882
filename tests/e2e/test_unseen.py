"""An original that cannot be seen at work: no design is built for it, and the message says what to bring."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from stagewright.cli.main import main
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schema/proof.schema.json").read_text(encoding="utf-8"))
MAIN = 'import os\nprint(os.environ["TOKEN"])\n'
DOCKERFILE = 'FROM python:3.13\nCOPY main.py /\nCMD ["python", "/main.py"]\n'


def test_nothing_is_built_for_what_never_came_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "main.py").write_text(MAIN)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    assert main(["apply", str(tmp_path), "--quiet", "--format", "json", "--build-arg", "A=1"]) == 1
    proof = document(capsys)
    jsonschema.validate(proof, SCHEMA)
    assert (proof["verdict"], proof["candidates"], proof["files"]) == ("not proved", 0, [])
    assert "never came up: it ended with exit code 1: KeyError: 'TOKEN'" in proof["reasons"][0]
    assert "--env NAME=VALUE" in proof["hints"][0]
    assert (proof["scope"]["platform"], proof["scope"]["arguments"]) == ("linux/amd64", {"A": "1"})
    assert (tmp_path / "Dockerfile").read_text() == DOCKERFILE
