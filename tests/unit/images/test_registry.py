from __future__ import annotations

import http.client
import socket
from email.message import Message
from io import BytesIO
from urllib.error import HTTPError, URLError
from urllib.request import Request
from urllib.response import addinfourl

import pytest

from stagewright.images import Reference
from stagewright.images.registry import MAX_BYTES, SILENCE_SECONDS, LookUpFailed, Registry
from tests.unit.images.fake_registry import Answer, FakeRegistry, manifest

PATH = "/v2/team/app/manifests/1"


def ask(fake: FakeRegistry) -> dict[str, object]:
    return Registry(Reference.parse(f"{fake.host}/team/app")).manifest("1")


def test_a_manifest_is_read_without_a_token_where_none_is_wanted(registry: FakeRegistry) -> None:
    registry.serve("team/app", "1", manifest(1, 2))
    assert ask(registry) == manifest(1, 2)
    assert registry.asked == [PATH]
    (agent,) = registry.agents
    assert agent.startswith("stagewright/")


@pytest.mark.parametrize("field", ["token", "access_token"])
def test_a_token_is_fetched_once_where_the_registry_says(registry: FakeRegistry, field: str) -> None:
    registry.token = "abc.def-1="
    registry.answers["/token"] = Answer(200, {field: registry.token})
    registry.serve("team/app", "1", manifest(1))
    assert ask(registry) == manifest(1)
    assert registry.asked == [PATH, "/token", PATH]
    assert registry.scopes == [{"scope": ["pull it"], "service": ["fake"]}]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(404), "the registry has no such image"),
        (Answer(403), "wants a login"),
        (Answer(401), "no token without a login"),
        (Answer(401, headers={"WWW-Authenticate": 'Basic realm="x"'}), "no token without a login"),
        (
            Answer(401, headers={"WWW-Authenticate": 'Bearer realm="http://127.0.0.2:1/token"'}),
            "no token without a login",
        ),
        (
            Answer(401, headers={"WWW-Authenticate": 'Bearer realm="file:///etc/hostname"'}),
            "no token without a login",
        ),
        (Answer(429), r"too many requests \(429\)"),
        (Answer(503), "the registry answers 503"),
        (Answer(200, b" " * (MAX_BYTES + 1)), "larger than 4 MiB"),
        (Answer(200, b"<html>"), "cannot be read"),
        (Answer(200, []), "cannot be read"),
        (Answer(200, b"[" * 200_000), "cannot be read"),
        (Answer(200, b'{"layers": [{"size": ' + b"9" * 5000 + b"}]}"), "cannot be read"),
        (Answer(200, b"\xff\xfe\xfd"), "cannot be read"),
    ],
)
def test_what_goes_wrong_is_told(registry: FakeRegistry, answer: Answer, reason: str) -> None:
    registry.answers[PATH] = answer
    with pytest.raises(LookUpFailed, match=reason):
        ask(registry)
    assert registry.asked == [PATH]


@pytest.mark.parametrize("token", ["", "a\r\nHost: b", "ä", None, 7])
def test_a_token_that_is_none_is_not_sent(registry: FakeRegistry, token: object) -> None:
    registry.token = "right"
    registry.answers["/token"] = Answer(200, {"token": token})
    with pytest.raises(LookUpFailed, match="no token"):
        ask(registry)
    assert registry.asked == [PATH, "/token"]


def test_a_token_that_is_not_enough_is_not_asked_for_again(registry: FakeRegistry) -> None:
    registry.token = "right"
    registry.answers["/token"] = Answer(200, {"token": "wrong"})
    with pytest.raises(LookUpFailed, match="wants a login"):
        ask(registry)
    assert registry.asked == [PATH, "/token", PATH]


@pytest.mark.parametrize("place", ["http://{}/elsewhere", "/elsewhere", "file:///etc/hostname"])
def test_a_redirect_to_what_is_not_https_is_not_followed(registry: FakeRegistry, place: str) -> None:
    registry.answers[PATH] = Answer(307, headers={"Location": place.format(registry.host)})
    with pytest.raises(LookUpFailed, match="redirects"):
        ask(registry)
    assert registry.asked == [PATH]


def test_a_redirect_to_https_is_followed_without_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = scripted(
        monkeypatch,
        (401, {"WWW-Authenticate": 'Bearer realm="https://tokens.example/t?a=b"'}, b""),
        (200, {}, b'{"token": "secret"}'),
        (307, {"Location": "https://elsewhere.example/a"}, b""),
        (302, {"Location": "/b"}, b""),
        (200, {}, b'{"layers": []}'),
    )
    found = Registry(Reference.parse("registry.example/team/app")).manifest("1")
    assert found == {"layers": []}
    assert [(request.full_url, request.get_header("Authorization")) for request in asked] == [
        (f"https://registry.example{PATH}", None),
        ("https://tokens.example/t?a=b&scope=repository%3Ateam%2Fapp%3Apull", None),
        (f"https://registry.example{PATH}", "Bearer secret"),
        ("https://elsewhere.example/a", None),
        ("https://elsewhere.example/b", None),
    ]


def test_redirects_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = scripted(monkeypatch, *[(301, {"Location": "https://registry.example/again"}, b"")] * 9)
    with pytest.raises(LookUpFailed, match="too often"):
        Registry(Reference.parse("registry.example/app")).manifest("1")
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("node", "https://registry-1.docker.io/v2/library/node/manifests/x"),
        ("docker.io/oven/bun", "https://registry-1.docker.io/v2/oven/bun/manifests/x"),
        ("gcr.io/distroless/static", "https://gcr.io/v2/distroless/static/manifests/x"),
        ("quay.io:8443/a/b", "https://quay.io:8443/v2/a/b/manifests/x"),
        ("localhost/a", "http://localhost/v2/a/manifests/x"),
        ("localhost:5000/a", "http://localhost:5000/v2/a/manifests/x"),
        ("127.8.0.1:5000/a", "http://127.8.0.1:5000/v2/a/manifests/x"),
        ("[::1]:5000/a", "http://[::1]:5000/v2/a/manifests/x"),
        ("10.0.0.1:5000/a", "https://10.0.0.1:5000/v2/a/manifests/x"),
        ("localhost.example/a", "https://localhost.example/v2/a/manifests/x"),
    ],
)
def test_where_a_registry_is_asked(monkeypatch: pytest.MonkeyPatch, reference: str, url: str) -> None:
    asked = scripted(monkeypatch, (200, {}, b"{}"))
    Registry(Reference.parse(reference)).manifest("x")
    assert [request.full_url for request in asked] == [url]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (URLError(socket.gaierror(-2, "Name or service not known")), "reached: Name or service not known"),
        (URLError(TimeoutError("timed out")), "said nothing for 10 seconds"),
        (TimeoutError("timed out"), "said nothing for 10 seconds"),
        (ConnectionResetError(104, "Connection reset by peer"), "reached: Connection reset by peer"),
        (http.client.RemoteDisconnected("it hung up"), "reached: it hung up"),
        (http.client.BadStatusLine("\x1b[2J"), "^the registry's answer cannot be read$"),
    ],
)
def test_a_network_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, fault: Exception, reason: str) -> None:
    scripted(monkeypatch, fault)
    with pytest.raises(LookUpFailed, match=reason):
        Registry(Reference.parse("node")).manifest("x")


@pytest.mark.parametrize("name", ["127.0.0.1:1", "127.0.0.1:99999999999", "127.0.0.1:0"])
def test_a_place_where_nothing_can_be(name: str) -> None:
    with pytest.raises(LookUpFailed, match="cannot be re"):
        Registry(Reference.parse(f"{name}/a")).manifest("x")


def scripted(
    monkeypatch: pytest.MonkeyPatch, *answers: tuple[int, dict[str, str], bytes] | Exception
) -> list[Request]:
    """Instead of the network: what is asked for, one answer after the other."""
    asked: list[Request] = []
    script = iter(answers)

    class Opener:
        def open(self, request: Request, *, timeout: float) -> addinfourl:
            assert timeout == SILENCE_SECONDS
            asked.append(request)
            answer = next(script)
            if isinstance(answer, Exception):
                raise answer
            status, headers, body = answer
            told = Message()
            for name, value in headers.items():
                told[name] = value
            if status >= 300:
                raise HTTPError(request.full_url, status, "", told, BytesIO(body))
            return addinfourl(BytesIO(body), told, request.full_url, status)

    monkeypatch.setattr("stagewright.images.registry.build_opener", lambda *_: Opener())
    return asked
