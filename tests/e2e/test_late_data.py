"""What the start opens late, and no library tells: the design on a smaller base brings it along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stagewright.cli.main import main

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

SERVER = """\
const dns = require("node:dns");
const answer = (response) => dns.lookupService("127.0.0.1", 5432, (_, host, name) => response.end(name));
require("node:http").createServer((request, response) => answer(response)).listen(3000);
process.on("SIGTERM", () => process.exit(0));
"""


def apply(folder: Path, dockerfile: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (folder / "server.js").write_text(SERVER)
    (folder / "Dockerfile").write_text(dockerfile)
    code = main(["apply", str(folder), "--quiet", "--format", "json"])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (code, document["verdict"]) == (0, "proved"), document["reasons"]
    return document


def test_a_name_of_a_port_is_known_on_the_slim_base_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = apply(
        tmp_path,
        'FROM node:22\nWORKDIR /srv\nCOPY server.js .\nEXPOSE 3000\nCMD ["node", "server.js"]\n',
        capsys,
    )
    production = (tmp_path / "Dockerfile").read_text().rpartition("FROM ")[2]
    assert production.startswith("node:22-slim ")
    assert "COPY --from=builder /etc/services /etc/services\n" in production
    assert any("postgresql" in str(probe) for probe in document["probes"])


def test_an_alpine_original_stays_alpine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache = "RUN mkdir -p /root/.cache/pip && head -c 16000000 /dev/zero > /root/.cache/pip/wheels\n"
    apply(
        tmp_path,
        f"FROM node:24-alpine\nWORKDIR /srv\n{cache}COPY server.js .\nEXPOSE 3000\n"
        'CMD ["node", "server.js"]\n',
        capsys,
    )
    bases = [line for line in (tmp_path / "Dockerfile").read_text().splitlines() if line.startswith("FROM")]
    assert bases == ["FROM node:24-alpine AS builder", "FROM node:24-alpine AS production"]
