"""What the start opens late, and no library tells: the design on a smaller base brings it along."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.cli.main import main
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

SERVER = """\
const dns = require("node:dns");
const answer = (response) => dns.lookupService("127.0.0.1", 5432, (_, host, name) => response.end(name));
require("node:http").createServer((request, response) => answer(response)).listen(3000);
process.on("SIGTERM", () => process.exit(0));
"""


def test_a_name_of_a_port_is_known_on_the_slim_base_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "server.js").write_text(SERVER)
    dockerfile = 'FROM node:22\nWORKDIR /srv\nCOPY server.js .\nEXPOSE 3000\nCMD ["node", "server.js"]\n'
    (tmp_path / "Dockerfile").write_text(dockerfile)
    code = main(["apply", str(tmp_path), "--quiet", "--format", "json"])
    told = document(capsys)
    assert (code, told["verdict"]) == (0, "proved"), told["reasons"]
    production = (tmp_path / "Dockerfile").read_text().rpartition("FROM ")[2]
    assert production.startswith("node:22-slim ")
    assert "COPY --from=builder /etc/services /etc/services\n" in production
    assert any("postgresql" in str(probe) for probe in told["probes"])
