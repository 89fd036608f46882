"""An engine that answers from a table, on a unix socket."""

from __future__ import annotations

import json
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.unit.serving import Patient, serving

Answer = tuple[int, object]


@dataclass
class FakeEngine:
    """`answers` by "METHOD /path" (without version and query): a status with JSON or bytes, or a handler."""

    socket: Path
    answers: dict[str, Answer | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)


@contextmanager
def fake_engine(folder: Path) -> Iterator[FakeEngine]:
    """A running fake; its socket lies in `folder`."""
    fake = FakeEngine(folder / "engine.sock")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            fake.asked.append((f"{self.command} {self.path}", body))
            path = self.path.partition("?")[0]
            path = "/" + path.split("/", 2)[2] if path.startswith("/v1.") else path
            answer = fake.answers.get(f"{self.command} {path}", (404, {"message": f"no {path}"}))
            if callable(answer):
                answer(self)
            else:
                _send(self, *answer)

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet."""

        def address_string(self) -> str:
            return "unix"

    class Server(Patient, socketserver.UnixStreamServer):
        pass

    with serving(Server(str(fake.socket), Handler)):
        yield fake


def _send(handler: BaseHTTPRequestHandler, status: int, content: object) -> None:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    handler.send_response(status)
    handler.send_header("Api-Version", "1.45")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)
