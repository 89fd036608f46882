from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.errors import UsageError
from stagewright.model.project import Project
from stagewright.model.run import Answer, Probe
from stagewright.proof.probes import found, linked, parse, routes


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
        ("exec:", 6),
        ("exec:'", 6),
        ("log", 4),
        ("log~", 5),
    ],
)
def test_errors_name_the_column(text: str, column: int) -> None:
    with pytest.raises(UsageError, match=f"column {column}:"):
        parse(text)


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
