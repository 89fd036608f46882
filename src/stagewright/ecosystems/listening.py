"""Where a server listens and how one asks whether it is well, from literals in its code."""

from __future__ import annotations

import re
from collections.abc import Iterable

from stagewright.model.project import Project

_HEALTH = (
    *("/health", "/healthz", "/healthcheck", "/health-check", "/api/health", "/api/healthz"),
    *("/livez", "/readyz", "/ready", "/live", "/up", "/ping", "/status", "/api/status"),
)
_ROUTE = re.compile(r"[\"'`](/[a-z/-]{1,40})[\"'`]")


def port_of(project: Project, sources: Iterable[str], patterns: Iterable[re.Pattern[str]]) -> int | None:
    """The port by the first pattern that any source matches, else the container's side in a compose file."""
    texts = list(sources)
    for pattern in patterns:
        for text in texts:
            for match in pattern.finditer(text):
                if 0 < int(match["port"]) < 65536:
                    return int(match["port"])
    return composed_port(project)


def composed_port(project: Project) -> int | None:
    """The first TCP port that a compose file publishes, on the container's side."""
    for consumer in project.consumers:
        for published in consumer.ports:
            number, _, protocol = published.rpartition(":")[2].partition("/")
            if number.isdecimal() and len(number) < 6 and protocol in ("", "tcp"):
                return int(number)
    return None


def health_path_of(sources: Iterable[str]) -> str:
    """The usual health route that a literal names, else `/`."""
    named = {match[1] for text in sources for match in _ROUTE.finditer(text)}
    return next((path for path in _HEALTH if path in named), "/")


def javascript_probe(program: str, port: int, path: str) -> tuple[str, ...]:
    """An exec-form probe by the runtime itself, as a slim image has no curl; `fetch` since Node.js 18."""
    code = f"fetch('http://127.0.0.1:{port}{path}').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"
    return program, "-e", code


def python_probe(port: int, path: str) -> tuple[str, ...]:
    """Exits with 1 by the exception when nothing answers or the answer is an error."""
    code = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}{path}', timeout=3)"
    return "python", "-c", code
