from collections.abc import Mapping

import pytest

from stagewright.evidence.overlay import lay
from stagewright.evidence.owners import Owners
from stagewright.evidence.waste import Wasted, find_waste, started
from stagewright.model.image import Healthcheck, ImageConfig
from stagewright.model.inventory import Example, WasteKind
from tests.unit.evidence.images import Member, file, hard, layer
from tests.unit.evidence.test_owners import LOCK, STATUS
from tests.unit.evidence.test_stored import read


def wasted(
    *layers: tuple[Member, ...],
    programs: frozenset[str] = frozenset(),
    made_by: Mapping[int, str] | None = None,
    top: int = 10,
) -> Wasted:
    stored = read(*(layer(*members) for members in layers))
    overlay = lay(stored.layers)
    owners = Owners(overlay.visible, stored.contents, programs)
    made = dict.fromkeys(range(len(layers)), "RUN make") | dict(made_by or {})
    return find_waste(overlay, owners, programs, made, top)


def kinds(found: Wasted) -> dict[WasteKind, int]:
    return {one.kind: one.size for one in found.kinds}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("app/.git/objects/1", "version control"),
        ("root/.npm/_cacache/1", "cache"),
        ("var/lib/apt/lists/debian", "cache"),
        ("tmp/download", "cache"),
        ("var/log/dpkg.log", "log"),
        ("usr/share/doc/git/README", "documentation"),
        ("usr/share/locale/de/LC_MESSAGES/git.mo", "documentation"),
        ("usr/bin/gcc", "build tool"),
        ("usr/local/go/src/fmt/print.go", "build tool"),
        ("usr/include/zlib.h", "build tool"),
        ("app/main.go", "source"),
    ],
)
def test_what_is_of_no_use_by_its_place(path: str, kind: WasteKind) -> None:
    assert kinds(wasted((file(path, b"12345"),))) == {kind: 5}


@pytest.mark.parametrize(
    "path", ["usr/share/doc/git/copyright", "app/index.js", "usr/bin/node", "var/lib/dpkg/status"]
)
def test_what_is_not_waste(path: str) -> None:
    assert kinds(wasted((file(path, b"12345"),))) == {}


@pytest.mark.parametrize(
    ("path", "program"), [("usr/bin/make", "make"), ("usr/local/go/bin/go", "go"), ("app/main.go", "go")]
)
def test_what_the_start_calls_is_no_build_tool(path: str, program: str) -> None:
    assert kinds(wasted((file(path, b"1"),), programs=frozenset({program}))) == {}


def test_what_was_copied_to_a_temporary_folder_was_meant_to_be_there() -> None:
    assert kinds(wasted((file("tmp/data", b"1"),), made_by={0: "COPY data /tmp/data"})) == {}


def test_bytes_that_later_layers_hide() -> None:
    found = wasted(
        (file("app/a", b"1"), file("app/b", b"22"), file("app/c", b"333")),
        (file("app/.wh.a"), file("app/b", b"other"), file("app/c", b"333")),
    )
    assert kinds(found) == {"stored again": 3, "overwritten later": 2, "deleted later": 1}
    assert found.by_layer == {0: {"deleted later": 1, "overwritten later": 2, "stored again": 3}}
    assert found.kinds[-1].examples == (Example("/app/a", 1, 1, 0, "deleted by layer 1"),)


def test_each_byte_is_of_one_kind() -> None:
    found = wasted((file("usr/bin/gcc", b"1"),), (file("usr/bin/.wh.gcc"),))
    assert kinds(found) == {"deleted later": 1}


def test_a_second_copy_is_a_duplicate_and_a_hard_link_is_none() -> None:
    content = bytes(2000)
    found = wasted((file("app/a", content), hard("app/b", "app/a")), (file("app/c", content),))
    assert kinds(found) == {"duplicate": 2000}
    assert found.kinds[0].examples == (Example("/app/c", 2000, 1, 1, "as /app/a"),)
    assert kinds(wasted((file("a", b"small"), file("b", b"small")))) == {}


def test_dependencies_for_development_by_package() -> None:
    found = wasted(
        (
            file("app/package-lock.json", LOCK),
            file("app/node_modules/tsc/a.js", b"22"),
            file("app/node_modules/tsc/b.js", b"1"),
            file("app/node_modules/hono/a.js", b"1"),
        )
    )
    assert kinds(found) == {"development dependency": 3}
    assert found.kinds[0].examples == (Example("/app/node_modules/tsc", 3, 2, 0, "tsc"),)


def _packaged(name: str, path: str) -> tuple[Member, ...]:
    return (
        file("var/lib/dpkg/status", STATUS.replace(b"git", name.encode())),
        file(f"var/lib/dpkg/info/{name}.list", f"/{path}\n".encode()),
        file(path, b"12345"),
    )


def test_packages_of_a_tool_chain() -> None:
    found = wasted(_packaged("cpp-12", "usr/lib/x/plugin"))
    assert kinds(found) == {"build tool": 5}
    assert found.kinds[0].examples[0].detail == "package cpp-12"
    assert kinds(wasted(_packaged("gcc-12-base", "usr/share/x"))) == {}
    assert kinds(wasted(_packaged("git", "usr/lib/x/plugin"))) == {}
    called = wasted(_packaged("maven", "usr/bin/launcher"), programs=frozenset({"launcher"}))
    assert kinds(called) == {}


def test_the_largest_examples_in_a_certain_order() -> None:
    logs = [file(f"app{number}/.git/x", bytes(number)) for number in (1, 3, 2)]
    (one,) = wasted(tuple(logs), top=2).kinds
    assert [example.path for example in one.examples] == ["/app3/.git/x", "/app2/.git/x"]
    assert (one.size, one.files) == (6, 3)


def test_what_a_start_calls_its_scripts_included() -> None:
    config = ImageConfig(
        entrypoint=("/bin/sh", "-c", "exec npm start"),
        healthcheck=Healthcheck(("CMD-SHELL", "curl -f http://localhost")),
    )
    found = started(config, b'{"scripts": {"start": "node server.js"}}')
    assert {"sh", "npm", "node", "curl"} <= found
    assert "node" not in started(config, None)
    assert started(ImageConfig(), b"[") == frozenset()
