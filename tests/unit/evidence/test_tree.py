import gzip
from pathlib import Path

import pytest

from stagewright.evidence.cache import LayerCache
from stagewright.evidence.sizes import compressed_size, measure
from stagewright.evidence.tree import ImageTree, ImageUnreadable, read_tree
from stagewright.model.image import Jar
from tests.unit.evidence.images import FakeEngine, as_engine, digest, file, folder, layer, link
from tests.unit.evidence.test_jars import jar_of

BASE = layer(folder("etc"), file("etc/a", b"1"), link("lib", "usr/lib"), folder("usr/lib"), file("usr/lib/x"))
ABOVE = layer(
    file("app/main.js", b"main"), file("app/.hidden"), file("app/node_modules/p/package.json", b"{}")
)


def _tree(tmp_path: Path, *members: bytes) -> tuple[ImageTree, FakeEngine]:
    fake = FakeEngine(image=list(members))
    return read_tree(as_engine(fake), "image", LayerCache(tmp_path / "cache")), fake


def test_entries_layers_and_configuration(tmp_path: Path) -> None:
    tree, _ = _tree(tmp_path, BASE, ABOVE)
    assert list(tree.entries) == sorted(tree.entries)
    assert tree.entries["/app/main.js"].layer == 1
    assert [change.created_by for change in tree.layers] == ["RUN 0", "RUN 1"]
    assert tree.layers[1].size == len(ABOVE)
    assert tree.config.workdir == "/image"


def test_a_layer_is_read_once_on_a_machine(tmp_path: Path) -> None:
    first, fake = _tree(tmp_path, BASE)
    assert fake.sent == [digest(BASE)]
    second, fake = _tree(tmp_path, BASE, ABOVE)
    assert fake.sent == [digest(ABOVE)]
    third, fake = _tree(tmp_path, BASE, ABOVE)
    assert fake.sent == []
    assert third.files == second.files
    assert second.layers[0] == first.layers[0]


def test_what_jars_say_in_path_order(tmp_path: Path) -> None:
    jar = jar_of(b"Main-Class: Main\n")
    tree, _ = _tree(tmp_path, layer(file("b.jar", jar), file("a.jar", jar)))
    assert list(tree.jars.items()) == [(path, Jar(main_class="Main")) for path in ("/a.jar", "/b.jar")]


def test_a_cache_that_lost_a_layer_asks_for_it_again(tmp_path: Path) -> None:
    first, _ = _tree(tmp_path, BASE)
    (tmp_path / "cache" / f"{digest(BASE)[7:]}.json.zst").write_bytes(b"broken")
    second, _ = _tree(tmp_path, BASE)
    assert second.files == first.files


def test_a_layer_that_does_not_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeEngine, "_blobs", lambda *_: iter(()))
    with pytest.raises(ImageUnreadable, match=digest(BASE)):
        _tree(tmp_path, BASE)


def test_a_layer_that_is_no_tar(tmp_path: Path) -> None:
    with pytest.raises(ImageUnreadable, match="is broken"):
        _tree(tmp_path, b"no tar" * 1000)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/lib/x", "/usr/lib/x"),
        ("/lib", "/usr/lib"),
        ("/usr/lib/../lib/./x", "/usr/lib/x"),
        ("/../lib/x", "/usr/lib/x"),
        ("/", "/"),
        ("/lib/absent", None),
        ("/loop", None),
        ("/up", "/usr/lib/x"),
        ("/absolute/x", "/usr/lib/x"),
    ],
)
def test_links_are_followed_inside_the_image(tmp_path: Path, path: str, target: str | None) -> None:
    links = layer(link("loop", "loop"), link("up", "../../lib/x"), link("absolute", "/lib"))
    tree, _ = _tree(tmp_path, BASE, links)
    assert tree.resolve(path) == target


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/app/*", ["/app/.hidden", "/app/main.js", "/app/node_modules"]),
        ("/app/**/package.json", ["/app/node_modules/p/package.json"]),
        ("/**/package.json", ["/app/node_modules/p/package.json"]),
        ("/app/**/main.js", ["/app/main.js"]),
        ("/app/mai?.js", ["/app/main.js"]),
        ("/e[tx]c/a", ["/etc/a"]),
        ("/app/[!.]*.js", ["/app/main.js"]),
        ("/app", ["/app"]),
        ("/absent/*", []),
    ],
)
def test_globs(tmp_path: Path, pattern: str, found: list[str]) -> None:
    tree, _ = _tree(tmp_path, BASE, ABOVE)
    assert [entry.path for entry in tree.glob(pattern)] == found


def test_under_a_directory_is_not_beside_it(tmp_path: Path) -> None:
    tree, _ = _tree(tmp_path, layer(file("app/a"), file("app-b"), file("app.c"), file("app/d/e")))
    assert [entry.path for entry in tree.under("/app")] == ["/app/a", "/app/d", "/app/d/e"]


def test_a_file_is_asked_for_once_and_by_itself(tmp_path: Path) -> None:
    tree, fake = _tree(tmp_path, BASE, ABOVE)
    fake.contents = {"/app/main.js": b"main", "/usr/lib/x": b""}
    assert tree.read("/app/main.js") == tree.read("/app/main.js") == b"main"
    assert tree.read("/lib/x") == b""
    assert tree.read("/app") is tree.read("/absent") is None
    assert fake.requests == ["/app/main.js", "/usr/lib/x"]


def test_many_small_files_are_asked_for_as_their_directory(tmp_path: Path) -> None:
    contents = {f"/app/many/{number}": str(number).encode() for number in range(30)}
    members = [file(path[1:], content) for path, content in contents.items()]
    big = file("app/big", bytes(5_000_000))
    tree, fake = _tree(tmp_path, layer(big, file("etc/one", b"one"), *members))
    fake.contents = contents | {"/etc/one": b"one", "/app/big": b""}
    assert tree.read_many([*contents, "/etc/one"]) == contents | {"/etc/one": b"one"}
    assert sorted(fake.requests) == ["/app/many", "/etc/one"]


def test_a_file_that_the_engine_does_not_give_is_left_out(tmp_path: Path) -> None:
    tree, _ = _tree(tmp_path, BASE)
    assert tree.read_many(["/etc/a"]) == {}


def test_sizes(tmp_path: Path) -> None:
    base, _ = _tree(tmp_path, BASE)
    image, _ = _tree(tmp_path, BASE, ABOVE)
    other, _ = _tree(tmp_path, ABOVE)
    assert measure(image.layers).total == len(BASE) + len(ABOVE)
    assert measure(image.layers).above_base is None
    assert measure(image.layers, base.layers).above_base == len(ABOVE)
    assert measure(image.layers, other.layers).above_base is None


def test_the_compressed_size_is_measured_once(tmp_path: Path) -> None:
    fake, cache = FakeEngine(image=[BASE, ABOVE, BASE]), LayerCache(tmp_path)
    size = compressed_size(as_engine(fake), "image", cache)
    # No time stamp and no name is in a stream of zlib's own: the bytes depend on the content alone.
    assert size == sum(len(gzip.compress(data, 6)) for data in (BASE, ABOVE, BASE))
    fake.sent.clear()
    assert compressed_size(as_engine(fake), "image", cache) == size
    assert fake.sent == []
