"""A small client of the Engine's HTTP API: far cheaper than starting `docker` for each question."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote, urlencode

from stagewright.engine.address import START_HINT, Address
from stagewright.engine.errors import EngineDiskFull, EngineMissing, EngineRefused, EngineSilent

NEWEST_KNOWN = (1, 51)
CONNECT_SECONDS = 20.0
ANSWER_SECONDS = 120.0

Query = Mapping[str, str | int | bool]


class _Connection(http.client.HTTPConnection):
    """HTTP over a unix socket, plain TCP or TLS."""

    def __init__(self, address: Address, timeout: float) -> None:
        host, port = ("localhost", 80) if address.socket else address.host_port
        super().__init__(host, port, timeout=timeout)
        self._address = address

    def connect(self) -> None:
        if self._address.socket is None:
            super().connect()
            if context := self._address.tls():
                self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
            return
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(CONNECT_SECONDS)
        self.sock.connect(str(self._address.socket))
        self.sock.settimeout(self.timeout)


class Duplex:
    """The two-way stream behind an upgraded connection."""

    def __init__(self, sock: socket.socket, answer: http.client.HTTPResponse) -> None:
        self._sock = sock
        # What came right behind the headers lies in the answer's buffer, not in the socket.
        self._incoming = answer.fp

    def read(self, timeout: float) -> bytes:
        """What has come, b"" at the end. Raises TimeoutError after `timeout` seconds of silence."""
        if timeout <= 0:
            raise TimeoutError
        self._sock.settimeout(timeout)
        return self._incoming.read1(1 << 16)

    def write(self, data: bytes) -> None:
        """Send all of it; a reader that went away is no error."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self._sock.sendall(data)

    def close_write(self) -> None:
        """Tell the other side that nothing more comes."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)


class Api:
    """Requests to one engine. Every request has a connection of its own, so threads may share an Api."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.version = ""

    def negotiate(self) -> None:
        """Settle on the newest version of the API that both sides know."""
        with self.stream("GET", "/_ping") as answer:
            told = answer.headers.get("Api-Version", "1.41")
        theirs = tuple(int(part) for part in told.split("."))
        self.version = ".".join(map(str, min(theirs, NEWEST_KNOWN)))

    def call(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: object = None,
        *,
        timeout: float = ANSWER_SECONDS,
    ) -> Any:
        """The answer's JSON, None where it has no body. Raises EngineRefused, EngineMissing, EngineSilent."""
        with self.stream(method, path, query, body, timeout=timeout) as answer:
            data = answer.read()
        return json.loads(data) if data.strip() else None

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: object = None,
        *,
        timeout: float = ANSWER_SECONDS,
    ) -> Iterator[http.client.HTTPResponse]:
        """The answer, to be read while it comes; `timeout` is the longest silence in seconds.

        Raises EngineMissing, EngineRefused, EngineSilent.
        """
        with self._asked(method, path, query, body, timeout, {}) as (_, answer):
            yield answer

    @contextmanager
    def upgrade(self, path: str, query: Query | None = None, body: object = None) -> Iterator[Duplex]:
        """A raw two-way stream, as `attach` and `exec` give it. Raises EngineMissing, EngineRefused."""
        headers = {"Connection": "Upgrade", "Upgrade": "tcp"}
        with self._asked("POST", path, query, body, ANSWER_SECONDS, headers) as (connection, answer):
            yield Duplex(connection.sock, answer)

    @contextmanager
    def _asked(
        self,
        method: str,
        path: str,
        query: Query | None,
        body: object,
        timeout: float,
        headers: dict[str, str],
    ) -> Iterator[tuple[_Connection, http.client.HTTPResponse]]:
        connection = self._send(method, path, query, body, timeout, headers)
        try:
            answer = connection.getresponse()
            _raise_for(answer)
            yield connection, answer
        except TimeoutError as error:
            message = f"the engine at {self.address.url} said nothing for {timeout:g} seconds"
            raise EngineSilent(message, "see its log, or start it again") from error
        except (http.client.HTTPException, ConnectionError) as error:
            raise EngineMissing(f"the engine at {self.address.url} hung up: {error!r}", START_HINT) from error
        finally:
            connection.close()

    def _send(
        self,
        method: str,
        path: str,
        query: Query | None,
        body: object,
        timeout: float,
        headers: dict[str, str],
    ) -> _Connection:
        target = (f"/v{self.version}" if self.version else "") + path
        if query:
            target += "?" + urlencode({key: _text(value) for key, value in query.items()})
        data = None if body is None else json.dumps(body).encode()
        connection = _Connection(self.address, timeout)
        try:
            connection.request(method, target, data, headers | {"Content-Type": "application/json"})
        except OSError as error:
            connection.close()
            reason = error.strerror or str(error)
            raise EngineMissing(f"no engine answers at {self.address.url}: {reason}", START_HINT) from error
        return connection


def segment(name: str) -> str:
    """An image's or container's name as one segment of a path."""
    return quote(name, safe="/:@")


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _raise_for(answer: http.client.HTTPResponse) -> None:
    if answer.status < 400:
        return
    raw = answer.read(65536).decode("utf-8", "replace")
    try:
        message = str(json.loads(raw)["message"])
    except (ValueError, KeyError, TypeError):
        message = raw.strip() or answer.reason
    if "no space left on device" in message:
        raise EngineDiskFull(f"the engine has no space left: {message}", "free some: `docker system prune`")
    raise EngineRefused(answer.status, message)
