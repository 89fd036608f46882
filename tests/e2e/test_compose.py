"""A program that needs a server beside it: not proved alone, proved with its compose file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

DOCKERFILE = """\
FROM python:3.13-slim
WORKDIR /app
COPY app.py .
CMD ["python", "app.py"]
"""
REWRITE = """\
FROM python:3.13-slim AS builder
WORKDIR /app
COPY app.py .
FROM python:3.13-slim AS production
WORKDIR /app
COPY --from=builder /app/app.py /app/app.py
CMD ["python", "app.py"]
"""
APP = """\
import http.server, os, signal, socket, sys

signal.signal(signal.SIGTERM, lambda *_: sys.exit())

STORE = os.environ.get("STORE", "nowhere")

def ask():
    with socket.create_connection((STORE, 6379), timeout=5) as store:
        store.sendall(b"PING\\r\\n")
        return store.recv(99)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answer = ask()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer)

print("the store says", ask().decode().strip(), flush=True)
assert os.environ["MODE"] == "of the service" and os.getuid() == 1234 and sys.argv[1:] == ["--serve"]
http.server.HTTPServer(("", 8000), Handler).serve_forever()
"""
COMPOSE = """\
services:
  web:
    build: .
    command: python /app/app.py --serve
    user: "1234"
    environment: {STORE: cache, MODE: "${MODE:-of the service}"}
    depends_on:
      store: {condition: service_healthy}
      migration: {condition: service_completed_successfully}
    volumes: [".:/app", "data:/data"]
    privileged: true
    ports: ["8000:8000"]
  store:
    image: python:3.13-slim
    networks: {default: {aliases: [cache]}}
    command:
      - python
      - -c
      - |
        import socketserver
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                if self.rfile.readline().startswith(b"PING"):
                    self.wfile.write(b"+PONG\\r\\n")
        socketserver.ThreadingTCPServer(("", 6379), Handler).serve_forever()
    healthcheck:
      test: python -c "import socket; socket.create_connection(('localhost', 6379), 2)"
      interval: 30s
  migration:
    build: {context: migration}
    depends_on: {store: {condition: service_healthy}}
volumes: {data: {}}
"""
MIGRATION = """\
FROM python:3.13-slim
CMD ["python", "-c", "import socket; socket.create_connection(('store', 6379), 5)"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "Dockerfile": DOCKERFILE,
        "Dockerfile.new": REWRITE,
        "app.py": APP,
        "compose.yaml": COMPOSE,
        "migration/Dockerfile": MIGRATION,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def prove(project: Path, *words: str) -> Any:
    command = [sys.executable, "-m", "stagewright.cli.main", "prove", "--after", "Dockerfile.new"]
    ran = subprocess.run(
        [*command, "--no-measure", "--format", "json", *words],
        cwd=project,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert ran.stdout, ran.stderr
    return json.loads(ran.stdout)


def test_what_cannot_come_up_alone_is_proved_with_its_compose_file(project: Path) -> None:
    alone = prove(project)
    assert alone["verdict"] == "not proved"
    assert "never came up" in str(alone["reasons"])
    assert "--compose FILE SERVICE" in str(alone["hints"])

    together = prove(project, "--compose", "compose.yaml", "web")
    assert together["verdict"] == "proved", together["reasons"]
    (probe,) = together["probes"]
    assert probe["before"]["status"] == 200 and probe["same"]
    notes = together["scope"]["not_seen"]
    for note in (
        "what the compose file gives service web: privileged",
        "mounts of service web that are left out: /app",
        "the images' own command, user: service web has another",
    ):
        assert note in notes
