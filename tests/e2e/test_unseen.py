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


SERVER = """\
import http.server
import socket

try:
    socket.create_connection(("127.0.0.1", 9))
except OSError as error:
    print(f"no queue yet: {error}", flush=True)


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"here")


http.server.ThreadingHTTPServer(("", 8000), Page).serve_forever()
"""


def test_a_probe_that_is_given_shows_what_does_not_reach_something_at_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.py").write_text(SERVER)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    command = ["apply", str(tmp_path), "--quiet", "--format", "json"]
    assert main(command) == 1
    assert "not be seen at work: no queue yet" in document(capsys)["reasons"][0]
    assert main([*command, "--probe", "http:8000/=200~here"]) == 0
    proof = document(capsys)
    assert proof["verdict"] == "proved"
    assert any("did not reach: no queue yet" in note for note in proof["scope"]["not_seen"])


def test_what_installs_packages_when_it_starts_is_not_seen_at_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "package.json").write_text('{"name": "a", "dependencies": {"ms": "2.1.3"}}')
    text = 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\nCMD ["sh", "-c", "npm install && node ."]\n'
    (tmp_path / "Dockerfile").write_text(text)
    assert main(["apply", str(tmp_path), "--quiet", "--format", "json"]) == 1
    proof = document(capsys)
    assert (proof["verdict"], proof["candidates"]) == ("not proved", 0)
    assert "it installs packages when it starts (npm install)" in proof["reasons"][0]
