import json

import pytest

from stagewright.evidence.overlay import lay
from stagewright.evidence.owners import Owner, Owners
from tests.unit.evidence.images import Member, file, hard, layer, link
from tests.unit.evidence.test_jars import jar_of
from tests.unit.evidence.test_stored import read

STATUS = b"Package: git\nStatus: install ok installed\nVersion: 2.39\n"
LOCK = json.dumps({"packages": {"": {}, "node_modules/tsc": {"dev": True}, "node_modules/hono": {}}}).encode()
UV = b"""\
[[package]]
name = "app"
source = { virtual = "." }
dependencies = [{ name = "flask" }]
[[package]]
name = "flask"
[[package]]
name = "pytest-cov"
"""
SITE = "app/.venv/lib/python3.12/site-packages"


def owners(*members: Member, started: frozenset[str] = frozenset()) -> Owners:
    stored = read(layer(*members))
    return Owners(lay(stored.layers).visible, stored.contents, started)


def test_the_distributions_packages_through_the_links_near_the_root() -> None:
    found = owners(
        link("bin", "usr/bin"),
        file("var/lib/dpkg/status", STATUS),
        file("var/lib/dpkg/info/git.list", b"/.\n/bin/git\n/usr/lib/git-core\n"),
        file("usr/bin/git", b"x"),
    )
    assert found.of("/usr/bin/git") == Owner("dpkg", "git", "2.39")
    assert found.of("/usr/bin/other") is None


def test_packages_of_node_by_the_innermost_folder() -> None:
    found = owners()
    outer, inner = "/app/node_modules/@scope/a", "/app/node_modules/@scope/a/node_modules/b"
    assert found.of(f"{outer}/index.js") == Owner("node", "@scope/a", root=outer)
    assert found.of(f"{inner}/lib/index.js") == Owner("node", "b", root=inner)
    assert found.of("/app/node_modules/.bin/x") is None


def test_pythons_distributions_by_their_records() -> None:
    record = b"flask/app.py,sha256=x,1\n../../../bin/flask,,\nnonsense\n"
    found = owners(file(f"{SITE}/flask-3.1.dist-info/RECORD", record), file(f"{SITE}/flask/app.py", b"x"))
    flask = Owner("python", "flask", "3.1")
    assert found.of(f"/{SITE}/flask/app.py") == flask
    assert found.of("/app/.venv/bin/flask") == flask
    assert found.of(f"/{SITE}/flask/__pycache__/app.cpython-312.pyc") == flask
    assert found.of(f"/{SITE}/other/app.py") is None


def test_gems_by_their_specifications() -> None:
    home = "usr/local/bundle"
    stub = b"# -*- encoding: utf-8 -*-\n# stub: rack 3.0.8 ruby lib\n"
    found = owners(file(f"{home}/specifications/rack-3.0.8.gemspec", stub))
    rack = Owner("gem", "rack", "3.0.8", "/usr/local/bundle/gems/rack-3.0.8")
    assert found.of(f"/{home}/gems/rack-3.0.8/lib/rack.rb") == rack
    assert found.of(f"/{home}/specifications/rack-3.0.8.gemspec") == rack
    assert found.of(f"/{home}/gems/rack-3.0.9/lib/rack.rb") is None
    assert found.of(f"/{home}/bin/rackup") is None


def test_jars_by_what_their_manifests_tell_else_by_their_names() -> None:
    found = owners(
        file("app/a.jar", jar_of(b"Implementation-Title: alpha\nImplementation-Version: 1.2\n")),
        file("app/b-2.0.jar", jar_of(b"Implementation-Version: 2.0\n")),
        file("app/c.jar", b"text"),
        file("app/node_modules/d/d.jar", jar_of(b"")),
    )
    assert found.of("/app/a.jar") == Owner("jar", "alpha", "1.2")
    assert found.of("/app/b-2.0.jar") == Owner("jar", "b-2.0.jar")
    assert found.of("/app/c.jar") is None
    assert found.of("/app/node_modules/d/d.jar") == Owner("node", "d", root="/app/node_modules/d")


def _for_development(found: Owners) -> list[str]:
    some = (
        Owner("node", "tsc", root="/app/node_modules/tsc"),
        Owner("node", "hono", root="/app/node_modules/hono"),
        Owner("python", "pytest_cov"),
        Owner("python", "flask"),
    )
    return [one.name for one in some if found.is_for_development(one)]


def test_what_a_lockfile_marks_is_for_development() -> None:
    assert _for_development(owners(file("app/package-lock.json", LOCK))) == ["tsc"]
    assert _for_development(owners(file("app/node_modules/.package-lock.json", LOCK))) == ["tsc"]
    assert _for_development(owners(file("app/uv.lock", UV))) == ["pytest_cov"]
    assert _for_development(owners()) == []


def test_a_start_that_calls_such_a_package_leaves_it_open() -> None:
    lock = file("app/package-lock.json", LOCK)
    assert _for_development(owners(lock, started=frozenset({"node", "tsc"}))) == []


def test_a_lockfile_of_another_shape_says_nothing() -> None:
    assert _for_development(owners(file("app/bun.lock", b'{"packages": {"a": [1]}, "workspaces": 1}'))) == []
    assert _for_development(owners(file("app/uv.lock", b"package = [1]"))) == []
    assert _for_development(owners(file("app/uv.lock", b"[[package]]\nname = 'a'\nsource = 1"))) == []


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("app/{}/site-packages/a-1.dist-info/RECORD", b"x\n" * 1_000_000),
        ("var/lib/dpkg/info/{}.list", b"\n" * 2_000_000),
        ("var/lib/dpkg/status.d/{}", b"x\n" * 1_000_000),
        (
            "app/{}/package-lock.json",
            json.dumps({"packages": {f"node_modules/{number}": {"dev": True} for number in range(50_000)}}),
        ),
        ("app/{}/uv.lock", UV + b"\n" * 2_000_000),
        ("app/{}.jar", jar_of(b"Implementation-Title: a\n" + b"x: y\n" * 100_000)),
        ("app/{}/specifications/a.gemspec", b"# stub: \n" * 200_000),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 50 else "",
)
def test_the_same_content_at_many_paths_is_read_once(path: str, content: str | bytes) -> None:
    data = content.encode() if isinstance(content, str) else content
    others = (hard(path.format(number), path.format(0)) for number in range(1, 3000))
    found = owners(file("var/lib/dpkg/status", STATUS), file(path.format(0), data), *others)
    assert len({found.of("/" + path.format(number)) for number in range(3000)}) == 1
    assert found.is_for_development(Owner("node", "7", root="/app/9/node_modules/7")) == (
        "package-lock" in path
    )
