"""Where the engine listens: DOCKER_HOST, the usual socket, or the Docker client's current context."""

from __future__ import annotations

import os
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from stagewright.engine.errors import EngineMissing

DEFAULT_SOCKET = Path("/var/run/docker.sock")
START_HINT = (
    "start one (`sudo systemctl start docker`, or open Docker Desktop), "
    "or name one that runs: `export DOCKER_HOST=unix:///path/to/docker.sock`"
)


@dataclass(frozen=True, slots=True)
class Address:
    """An engine's address: `url` as DOCKER_HOST has it, and the folder of TLS certificates if it uses TLS."""

    url: str
    certificates: Path | None = None

    @property
    def socket(self) -> Path | None:
        """The unix socket's path; None for a TCP address."""
        return Path(self.url.removeprefix("unix://")) if self.url.startswith("unix://") else None

    @property
    def host_port(self) -> tuple[str, int]:
        """Host and port of a TCP address."""
        parts = urlsplit(self.url)
        return parts.hostname or "localhost", parts.port or (2376 if self.certificates else 2375)

    def tls(self) -> ssl.SSLContext | None:
        """The TLS settings, as the Docker client reads them from its certificate folder."""
        if self.certificates is None:
            return None
        context = ssl.create_default_context(cafile=str(self.certificates / "ca.pem"))
        context.load_cert_chain(str(self.certificates / "cert.pem"), str(self.certificates / "key.pem"))
        return context


def find_address() -> Address:
    """The engine's address. Raises EngineMissing where it has a form that is not supported."""
    url = os.environ.get("DOCKER_HOST") or _usual_socket() or _context_host()
    if not url.startswith(("unix://", "tcp://")):
        raise EngineMissing(
            f"the engine's address {url!r} is neither unix:// nor tcp://",
            "forward it to a local socket and set DOCKER_HOST to that",
        )
    verified = bool(os.environ.get("DOCKER_TLS_VERIFY")) and url.startswith("tcp://")
    if not verified:
        return Address(url, None)
    return Address(url, Path(os.environ.get("DOCKER_CERT_PATH") or Path.home() / ".docker"))


def _usual_socket() -> str | None:
    chosen = os.environ.get("DOCKER_CONTEXT", "default")
    return f"unix://{DEFAULT_SOCKET}" if chosen == "default" and DEFAULT_SOCKET.exists() else None


def _context_host() -> str:
    command = ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        answer = None
    if answer is None or answer.returncode != 0 or not answer.stdout.strip():
        raise EngineMissing("no Docker engine was found", START_HINT)
    return answer.stdout.strip()
