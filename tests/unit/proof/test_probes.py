from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.errors import UsageError
from stagewright.model.image import Healthcheck
from stagewright.model.project import Consumer, Project
from stagewright.model.run import Answer, Probe
from stagewright.proof.probes import checks, found, linked, parse, routes


@pytest.mark.parametrize(
    ("text", "probe"),
    [
        ("http:3000/=200", Probe("http", 3000, "/", expect=200)),
        ("http:3000", Probe("http", 3000, "/")),
        ("http:80/a?q=1=404~b=c~d", Probe("http", 80, "/a?q=1", expect=404, pattern="b=c~d")),
        ("http:80/a?q=1", Probe("http", 80, "/a?q=1")),
        ("tcp:5432", Probe("tcp", 5432)),
        (
            "exec:tool --list 'a b'=3~ok",
            Probe("exec", command=("tool", "--list", "a b"), expect=3, pattern="ok"),
        ),
        ("exec:curl -f http://x/?a=b=0", Probe("exec", command=("curl", "-f", "http://x/?a=b"), expect=0)),
        ("exec:env FOO=1=0", Probe("exec", command=("env", "FOO=1"), expect=0)),
        ("exec:env 'FOO=1'", Probe("exec", command=("env", "FOO=1"))),
        ("exec:env FOO\\=1", Probe("exec", command=("env", "FOO=1"))),
        ('exec:env "A=\\"~=1"~x=1', Probe("exec", command=("env", 'A="~=1'), pattern="x=1")),
        ("exec:test $X =1", Probe("exec", command=("test", "$X", "=1"))),
        ("exec:sh -c 'ls ~/a'=2", Probe("exec", command=("sh", "-c", "ls ~/a"), expect=2)),
        ("log~ready on \\d+", Probe("log", pattern="ready on \\d+")),
    ],
)
def test_forms(text: str, probe: Probe) -> None:
    assert parse(text) == probe


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("ftp:1", 1),
        ("http", 1),
        ("http:/x", 6),
        ("http:99999/", 6),
        ("http:80x", 8),
        ("http:80/a b", 8),
        ("http:80/~[", 10),
        ("tcp:80/x", 7),
        ("tcp:x", 5),
        (f"tcp:{'9' * 5000}", 5),
        (f"http:{'9' * 5000}/", 6),
        ("log~a{99999999999}", 5),
        (f"log~{'(' * 20_000}", 5),
        ("exec:", 6),
        ("exec:'", 6),
        ("exec:a\\", 6),
        ("exec:=1~", 6),
        ("exec:sh -c 'a~b'~[", 18),
        ("log", 4),
        ("log~", 5),
    ],
)
def test_errors_name_the_column(text: str, column: int) -> None:
    with pytest.raises(UsageError, match=f"column {column}:"):
        parse(text)


@pytest.mark.parametrize(
    "probe",
    [
        Probe("http", 80, "/a", expect=200, pattern="b"),
        Probe("tcp", 80),
        Probe("log", pattern="a~b"),
        Probe("exec", command=("tool", "convert"), expect=2, pattern="us.ge"),
        Probe("exec", command=("env", "FOO=1")),
        Probe("exec", command=("sh", "-c", "test 'a' = \"~\" || exit =1\n")),
    ],
    ids=str,
)
def test_the_text_of_a_probe_is_the_probe(probe: Probe) -> None:
    assert parse(str(probe)) == probe


def project(root: Path, **files: str) -> Project:
    for name, text in files.items():
        (root / name.replace("__", ".")).write_text(text)
    names = sorted(name.replace("__", ".") for name in files)
    return Project(root, {name: (root / name).stat().st_size for name in names})


def test_routes_are_literals_of_the_code_and_change_nothing(tmp_path: Path) -> None:
    code = """
    app.get('/items', list)
    app.get('/health', ok)
    app.post('/orders', make)
    app.get('/logout', bye)
    app.get(`/users/${id}`, one)
    """
    assert routes(project(tmp_path, server__js=code)) == ("/health", "/items")
    assert routes(project(tmp_path, app__py="@app.get('/v1/a')\ndef a(): ...")) == ("/v1/a",)
    assert routes(project(tmp_path, main__go='mux.HandleFunc("GET /ping", ping)')) == ("/ping",)


def test_ports_that_only_the_container_reaches_are_not_asked() -> None:
    assert found(None, ("53/udp", "80/tcp", "9229/tcp@local")) == (Probe("http", 80, "/", origin="found"),)


def test_a_page_leads_to_what_it_is_made_of() -> None:
    html = (("content-type", "text/html; charset=utf-8"),)
    body = '<script src="/assets/a.js"></script><a href="//other/x"><a href="https://x/y"><img src="/p.svg">'
    probe = Probe("http", 80, "/")
    assert [more.path for more in linked(probe, Answer(True, 200, html, body))] == ["/assets/a.js", "/p.svg"]
    assert linked(probe, Answer(True, 200, (), body)) == ()


def test_the_health_checks_of_the_users_are_asked_once_each(tmp_path: Path) -> None:
    tests = (
        ("CMD", "curl", "-f", "http://localhost"),
        ("CMD-SHELL", "wget -q localhost || exit 1"),
        ("CMD", "curl", "-f", "http://localhost"),
        ("NONE",),
        ("NONE", "ignored"),
        ("CMD",),
        ("CMD-SHELL",),
        (),
    )
    consumers = [Consumer("compose", "web", "compose.yaml", healthcheck=Healthcheck(test)) for test in tests]
    users = (*consumers, Consumer("procfile", "web", "Procfile"))
    assert checks(Project(tmp_path, {}, consumers=users)) == (
        Probe("exec", command=("curl", "-f", "http://localhost"), origin="found"),
        Probe("exec", command=("/bin/sh", "-c", "wget -q localhost || exit 1"), origin="found"),
    )
    assert checks(None) == ()
