from __future__ import annotations

import hashlib
import http.server
import socket
import threading
from collections.abc import Iterator
from typing import cast

import pytest

from stagewright.engine import Container, EngineRefused, ExecResult
from stagewright.model.run import Answer, Probe
from stagewright.proof import asking
from stagewright.proof.probes import parse

HERE = "127.0.0.1"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = {"/": (200, b"home"), "/broken": (500, b"oh no")}.get(self.path, (404, b"not here"))
        self.send_response(status)
        self.send_header("X-Asked-For", self.headers["Host"])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer((HERE, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> int:
    """A port that nobody listens on."""
    monkeypatch.setattr(asking, "REFUSED_SECONDS", 0.0)
    with socket.create_server((HERE, 0)) as listener:
        return int(listener.getsockname()[1])


class Inside:
    """A container in which one command answers."""

    def __init__(self, answer: ExecResult | EngineRefused) -> None:
        self.answer = answer
        self.asked: list[tuple[str, ...]] = []

    def exec(self, command: tuple[str, ...], timeout: float) -> ExecResult:
        assert timeout > 0
        self.asked.append(command)
        if isinstance(self.answer, EngineRefused):
            raise self.answer
        return self.answer


def ask(text: str, inside: Inside | None = None, log: str = "", address: str = HERE) -> Answer:
    return asking.ask(parse(text), cast(Container, inside), address, lambda: log)


def test_an_http_answer_is_kept_whole_but_for_its_date(port: int) -> None:
    answer = ask(f"http:{port}/")
    assert (answer.ok, answer.status, answer.body) == (True, 200, "home")
    assert answer.body_digest == hashlib.sha256(b"home").hexdigest()
    headers = dict(answer.headers)
    assert headers["x-asked-for"] == f"localhost:{port}"
    assert "date" not in headers


@pytest.mark.parametrize(
    ("expectation", "ok"),
    [
        ("/", True),
        ("/=200", True),
        ("/=404", False),
        ("/~home", True),
        ("/~other", False),
        ("/absent", True),
        ("/absent=404", True),
        ("/broken", False),
        ("/broken=500", True),
    ],
)
def test_an_http_probe_is_met_by_status_and_pattern(port: int, expectation: str, ok: bool) -> None:
    assert ask(f"http:{port}{expectation}").ok is ok


def test_a_port_is_open_or_not(port: int, closed: int) -> None:
    assert ask(f"tcp:{port}") == Answer(True)
    assert ask(f"tcp:{closed}") == Answer(False, error="connection refused")
    assert ask(f"http:{closed}/") == Answer(False, error="connection refused")


def test_what_is_no_http_is_told_as_such() -> None:
    with socket.create_server((HERE, 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            connection.recv(4096)
            connection.sendall(b"SSH-2.0-server\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=talk)
        thread.start()
        answer = ask(f"http:{listener.getsockname()[1]}/")
        thread.join()
    assert answer == Answer(False, error="the answer is not HTTP")


def test_a_port_that_takes_the_question_and_says_nothing_is_silent() -> None:
    with socket.create_server((HERE, 0)) as listener:
        probe = parse(f"http:{listener.getsockname()[1]}/")
        answer = asking.ask(probe, cast(Container, Inside(ExecResult(0, b"", b""))), HERE, str, 0.1)
    assert answer == Answer(False, error="no answer within 0.1 seconds")
    assert asking.is_silence(answer)
    assert not asking.is_silence(ask(f"http:{probe.port}/", address=""))


def test_without_an_address_nothing_can_be_asked() -> None:
    assert ask("tcp:80", address="").error == "the container has no address"


@pytest.mark.parametrize(
    ("text", "code", "ok"),
    [
        ("exec:prog a", 0, True),
        ("exec:prog a", 1, False),
        ("exec:prog a=1", 1, True),
        ("exec:prog~no", 0, False),
    ],
)
def test_a_command_is_met_by_exit_code_and_output(text: str, code: int, ok: bool) -> None:
    inside = Inside(ExecResult(code, b"out", b"err"))
    answer = ask(text, inside)
    assert (answer.ok, answer.status, answer.body) == (ok, code, "outerr")
    assert inside.asked == [parse(text).command]


def test_a_command_that_cannot_run_or_does_not_end_is_an_error() -> None:
    assert ask("exec:x", Inside(EngineRefused(409, "no such program"))).error.endswith("no such program")
    assert "did not end" in ask("exec:x", Inside(ExecResult(None, b"", b""))).error


def test_the_log_is_searched() -> None:
    assert ask("log~list.ning", log="now listening").ok
    assert not ask("log~ready", log="now listening").ok


def test_a_probe_of_no_pattern_takes_any_log() -> None:
    assert asking.ask(Probe("log"), cast(Container, None), "", lambda: "").ok


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        (ExecResult(0, b"{}", b"0:01"), Answer(True, body="{}0:01")),
        (ExecResult(7, b"", b"refused"), Answer(False, body="refused")),
        (
            EngineRefused(409, "no such program"),
            Answer(False, body="the engine answered 409: no such program"),
        ),
        (ExecResult(None, b"", b""), Answer(False, body="it did not end within 10 seconds")),
    ],
)
def test_a_health_check_of_a_consumer_says_yes_or_no(
    result: ExecResult | EngineRefused, answer: Answer
) -> None:
    probe = parse("exec:check", "found")
    assert asking.ask(probe, cast(Container, Inside(result)), HERE, str) == answer


@pytest.fixture(params=[bytes((0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 64, 0)), b"220 ready for mail\r\n"])
def no_http1(request: pytest.FixtureRequest) -> Iterator[tuple[int, bytes]]:
    """A server that hangs up on HTTP/1, and what it says to the preface of HTTP/2."""
    said: bytes = request.param
    with socket.create_server((HERE, 0)) as listener:

        def serve() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                with connection:
                    if connection.recv(4096).startswith(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
                        connection.sendall(said)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], said


def test_a_server_that_speaks_http_2_alone_answers_with_its_settings(no_http1: tuple[int, bytes]) -> None:
    port, said = no_http1
    answer = asking.ask(parse(f"http:{port}/", "found"), cast(Container, None), HERE, str)
    assert answer.ok == (said[3] == 4)
    if answer.ok:
        assert (answer.body, answer.status) == ("HTTP/2, its settings: 000500004000", None)
        assert answer.body_digest == hashlib.sha256(said[9:]).hexdigest()
    else:
        assert answer.error


def test_a_probe_that_is_given_asks_for_http_1() -> None:
    with socket.create_server((HERE, 0)) as listener:
        threading.Thread(target=lambda: listener.accept()[0].close(), daemon=True).start()
        answer = asking.ask(parse(f"http:{listener.getsockname()[1]}/"), cast(Container, None), HERE, str)
    assert not answer.ok and answer.error
