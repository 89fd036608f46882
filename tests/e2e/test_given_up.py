"""A hardening that cannot be proved: the rest is written, and the result says what is not and why."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from stagewright.cli.main import main
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schema/proof.schema.json").read_text(encoding="utf-8"))
SERVER = """\
require('node:http').createServer((_, answer) => answer.end('hello')).listen(3000)
process.on('SIGTERM', () => process.exit(0))
"""
FAILING = "require('node:test')('sums', () => { throw new Error('wrong') })\n"


def test_a_project_whose_tests_fail_gets_everything_but_the_gate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = {"name": "app", "version": "1.0.0"}
    lock = {**package, "lockfileVersion": 3, "requires": True, "packages": {"": package}}
    scripts = {"start": "node src/index.js", "test": "node --test"}
    (tmp_path / "package.json").write_text(json.dumps({**package, "scripts": scripts}))
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "src").mkdir()
    (tmp_path / "src/index.js").write_text(SERVER)
    (tmp_path / "src/index.test.js").write_text(FAILING)
    options = ("--harden", "gate,env", "--quiet", "--format", "json")
    assert main(["apply", str(tmp_path), *options]) == 0
    proof = document(capsys)
    jsonschema.validate(proof, SCHEMA)
    assert (proof["verdict"], proof["candidates"]) == ("proved", 2)
    (given_up,) = proof["given_up"]
    assert given_up["hardening"] == "gate"
    assert "npm test" in given_up["reasons"][0]
    written = (tmp_path / "Dockerfile").read_text()
    assert "NODE_ENV=production" in written
    assert "COPY --from=tester" not in written
