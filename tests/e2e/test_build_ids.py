"""A build that names its output anew each time: only the original's own build has the same files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stagewright.cli.main import main
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

DOCKERFILE = """\
FROM node:22
WORKDIR /app
COPY . .
RUN npm ci
RUN id=$(cat /proc/sys/kernel/random/uuid) && mkdir -p dist/$id \\
    && echo $id > dist/ID && echo hi > dist/$id/page
EXPOSE 3000
CMD ["node", "server.js"]
"""
SERVER = """\
const { readFileSync } = require("node:fs");
const id = readFileSync("dist/ID", "utf8").trim();
const page = () => id + readFileSync(`dist/${id}/page`, "utf8");
require("node:http").createServer((_, answer) => answer.end(page())).listen(3000);
process.on("SIGTERM", () => process.exit(0));
"""


def test_the_design_that_the_cache_answers_is_proved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = {"name": "app", "version": "1.0.0"}
    lock = {**package, "lockfileVersion": 3, "requires": True, "packages": {"": package}}
    (tmp_path / "package.json").write_text(json.dumps(package))
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "server.js").write_text(SERVER)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    code = main(["apply", str(tmp_path), "--quiet", "--format", "json"])
    told = document(capsys)
    assert (code, told["verdict"], told["candidates"]) == (0, "proved", 2), told["reasons"]
    assert told["accounting"]["masked"] == []
    written = (tmp_path / "Dockerfile").read_text()
    assert written.index("COPY . .") < written.index("RUN npm ci")
    assert written.rpartition("FROM ")[2].startswith("node:22-slim ")
