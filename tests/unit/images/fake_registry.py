"""A registry on this machine that answers from a table, and asks for a token where it is given one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.unit.serving import Patient, serving

INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """`body`: bytes, or what becomes JSON; `before` runs before anything is sent."""

    status: int
    body: object = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None


@dataclass
class FakeRegistry:
    """`answers` by path; `token` is wanted for manifests and granted at `/token`, "" for none."""

    host: str
    token: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    scopes: list[dict[str, list[str]]] = field(default_factory=list)

    def serve(self, repository: str, name: str, manifest: object) -> None:
        self.answers[f"/v2/{repository}/manifests/{name}"] = Answer(200, manifest)


def manifest(*sizes: object) -> dict[str, object]:
    return {"schemaVersion": 2, "config": {"size": 9_999}, "layers": [{"size": size} for size in sizes]}


def entry(digest: str, os: str, architecture: str, variant: str | None = None) -> dict[str, object]:
    platform = {"os": os, "architecture": architecture} | ({"variant": variant} if variant else {})
    return {"digest": digest, "size": 123, "platform": platform}


@contextmanager
def fake_registry() -> Iterator[FakeRegistry]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            fake.asked.append(url.path)
            fake.agents.add(self.headers.get("User-Agent", ""))
            answer = fake.answers.get(url.path, Answer(404, {"errors": []}))
            if url.path == "/token":
                fake.scopes.append(parse_qs(url.query))
                answer = fake.answers.get(url.path, Answer(200, {"token": fake.token}))
            elif fake.token and self.headers.get("Authorization") != f"Bearer {fake.token}":
                realm = f'Bearer realm="http://{fake.host}/token",service="fake",scope="pull it"'
                answer = Answer(401, {}, {"WWW-Authenticate": realm})
            elif url.path.startswith("/v2/") and INDEX not in self.headers.get("Accept", ""):
                answer = Answer(406)
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            answer.before()
            data = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet."""

    class Server(Patient, HTTPServer):
        pass

    server = Server(("127.0.0.1", 0), Handler)
    fake = FakeRegistry(f"127.0.0.1:{server.server_port}")
    with serving(server):
        yield fake
