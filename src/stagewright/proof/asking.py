"""Asking one container: HTTP and TCP from outside, a command inside, the log."""

from __future__ import annotations

import hashlib
import http.client
import re
import socket
import time
from collections.abc import Callable
from dataclasses import replace

from stagewright.engine import Container, Engine, EngineRefused, RunRequest
from stagewright.model.run import Answer, Probe
from stagewright.proof import http2

SECONDS = 10.0
# Of a port's first answer: a development server compiles before it gives one.
FIRST_SECONDS = 60.0
BODY_BYTES = 8 << 20
KEPT_BYTES = 64 << 10
REFUSED_SECONDS = 5.0
HTTP2 = "HTTP/2, its settings:"
_NO_ANSWER = "no answer within"
_VOLATILE = frozenset(("date", "connection", "keep-alive"))


def ask(
    probe: Probe, container: Container, address: str, log: Callable[[], str], seconds: float = SECONDS
) -> Answer:
    """The answer to one probe; `ok` says whether it is what the probe expects.

    `seconds` is how long HTTP is waited for.
    """
    if probe.kind == "log":
        text = log()
        return Answer(bool(re.search(probe.pattern, text)))
    if probe.kind == "exec":
        answer = _exec(probe, container)
        # A consumer's health check says yes or no: how it fails and what it prints is for people.
        return Answer(answer.ok, body=answer.error or answer.body) if probe.origin == "found" else answer
    if not address:
        return Answer(False, error="the container has no address")
    deadline = time.monotonic() + REFUSED_SECONDS
    while True:
        try:
            return _http(probe, address, seconds) if probe.kind == "http" else _tcp(probe, address)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                return Answer(False, error="connection refused")
            time.sleep(0.25)
        except (ConnectionResetError, http.client.BadStatusLine) as error:
            return _http2(probe, address, seconds) or Answer(False, error=_error(error, seconds))
        except (OSError, http.client.HTTPException) as error:
            return Answer(False, error=_error(error, seconds))


def is_silence(answer: Answer) -> bool:
    """Whether the port took the question and gave no answer."""
    return answer.error.startswith(_NO_ANSWER)


def _error(error: Exception, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"{_NO_ANSWER} {seconds:g} seconds"
    if isinstance(error, http.client.HTTPException):
        return "the answer is not HTTP"
    return (getattr(error, "strerror", None) or type(error).__name__).lower()


def _http(probe: Probe, address: str, seconds: float) -> Answer:
    connection = http.client.HTTPConnection(address, probe.port, timeout=seconds)
    try:
        connection.request(
            "GET", probe.path, headers={"Host": f"localhost:{probe.port}", "User-Agent": "stagewright"}
        )
        response = connection.getresponse()
        body = response.read(BODY_BYTES)
        headers = tuple(
            sorted(
                (name.lower(), value)
                for name, value in response.getheaders()
                if name.lower() not in _VOLATILE
            )
        )
    finally:
        connection.close()
    text = body[:KEPT_BYTES].decode("utf-8", "replace")
    expected = response.status == probe.expect if probe.expect is not None else response.status < 500
    matches = not probe.pattern or bool(re.search(probe.pattern, body.decode("utf-8", "replace")))
    return Answer(expected and matches, response.status, headers, text, hashlib.sha256(body).hexdigest())


def _http2(probe: Probe, address: str, seconds: float) -> Answer | None:
    """What a server answers that takes no HTTP/1; None for a probe that asks for more than that."""
    if probe.origin != "found":
        return None
    try:
        told = http2.settings(address, probe.port, seconds)
    except OSError:
        return None
    if told is None:
        return None
    return Answer(True, body=f"{HTTP2} {told.hex()}", body_digest=hashlib.sha256(told).hexdigest())


def _tcp(probe: Probe, address: str) -> Answer:
    with socket.create_connection((address, probe.port), timeout=SECONDS):
        return Answer(True)


def run_alone(probe: Probe, engine: Engine, request: RunRequest) -> Answer:
    """The answer of a probe's command in a container of its own: one that has ended can be asked no more."""
    own = replace(request, entrypoint=probe.command[:1], command=probe.command[1:], healthcheck=None)
    try:
        container = engine.start(own)
    except EngineRefused as error:
        return Answer(False, error=error.message)
    try:
        code = container.wait(request.limits.seconds)
        logs = container.logs()
    finally:
        container.remove()
    return _answered(probe, code, logs.stdout + logs.stderr, request.limits.seconds)


def _exec(probe: Probe, container: Container) -> Answer:
    try:
        result = container.exec(probe.command, SECONDS)
    except EngineRefused as error:
        return Answer(False, error=error.message)
    return _answered(probe, result.exit_code, result.stdout + result.stderr, SECONDS)


def _answered(probe: Probe, code: int | None, output: bytes, seconds: float) -> Answer:
    if code is None:
        return Answer(False, error=f"it did not end within {seconds:g} seconds")
    text = output[:KEPT_BYTES].decode("utf-8", "replace")
    ok = code == (probe.expect or 0) and bool(re.search(probe.pattern, text))
    return Answer(ok, code, (), text, hashlib.sha256(output).hexdigest())
