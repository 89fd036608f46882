"""A design from the text alone keeps what the text does not tell: real builds show that it holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stagewright.cli.main import main
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

PYTHON = """\
FROM python:3.13
ENV PYTHONUNBUFFERED=1 GREETING=hello
WORKDIR /app
RUN apt-get update && apt-get install -y --no-install-recommends jq && rm -rf /var/lib/apt/lists/*
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
RUN mkdir secret && chmod 700 secret
CMD ["python", "main.py"]
"""
NODE = """\
FROM node:22
WORKDIR /srv
COPY package.json build.js ./
RUN npm install && npm run build
EXPOSE 3000
CMD ["node", "dist/main.js"]
"""
PRINTS = """\
import itsdangerous, os, shutil
print(os.environ["GREETING"], itsdangerous.Signer("k").sign("a"))
print(shutil.which("jq"), os.stat("secret").st_mode)
"""
BUILD = """\
const fs = require("fs"), http = "require('http')";
fs.mkdirSync("dist");
fs.writeFileSync("dist/main.js", `${http}.createServer((_, r) => r.end("made")).listen(3000);
process.on("SIGTERM", () => process.exit(0));`);
"""
CASES = {
    "python": {
        "Dockerfile": PYTHON,
        "requirements.txt": "itsdangerous==2.2.0\n",
        "main.py": PRINTS,
    },
    "node": {
        "Dockerfile": NODE,
        "package.json": json.dumps({"name": "x", "scripts": {"build": "node build.js"}}),
        "build.js": BUILD,
    },
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_proved_against_the_original(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, text in CASES[name].items():
        (tmp_path / path).write_text(text)
    original = tmp_path / "Dockerfile.original"
    shutil.copy(tmp_path / "Dockerfile", original)
    assert main(["apply", str(tmp_path), "--unproved", "--format", "json"]) == 0
    assert document(capsys)["verdict"] == "not proved"
    assert (tmp_path / "Dockerfile").read_text().count("\nFROM ") >= 1

    command = ["prove", str(tmp_path), "--before", str(original), "--after", str(tmp_path / "Dockerfile")]
    code = main([*command, "--no-measure", "--quiet", "--format", "json"])
    proof = document(capsys)
    assert (code, proof["verdict"]) == (0, "proved"), proof["reasons"]
    assert proof["after"]["size"] < proof["before"]["size"] / 2
