import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from stagewright.engine import Layer, LayerBlob
from stagewright.engine.source import ImageSource
from stagewright.evidence import stored
from stagewright.evidence.stored import LayerUnreadable, Stored, StoredLayers, read_stored
from stagewright.model.image import ImageConfig
from tests.unit.evidence.images import digest, file, folder, hard, layer, link
from tests.unit.evidence.test_jars import jar_of

STATUS = b"Package: a\nStatus: install ok installed\n"


def source_of(*layers: bytes, named: tuple[str, ...] | None = None) -> ImageSource:
    digests = named or tuple(map(digest, layers))

    @contextmanager
    def blobs() -> Iterator[Iterator[LayerBlob]]:
        yield (LayerBlob(io.BytesIO(data), "") for data in layers)

    made = tuple(Layer(index, one, "") for index, one in enumerate(digests))
    return ImageSource("app", ImageConfig(), made, blobs)


def read(*layers: bytes) -> StoredLayers:
    return read_stored(source_of(*layers))


def _short(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:16]


def test_every_kind_of_entry_in_small_records() -> None:
    data = layer(
        folder("app"),
        file("app/file", b"content"),
        file("app/empty"),
        link("app/link", "../etc"),
        ("dev/null", None, {"type": tarfile.CHRTYPE}),
    )
    (one,) = read(data).layers
    assert list(one.entries.values()) == [
        Stored("/app", "dir"),
        Stored("/app/file", "file", 7, _short(b"content")),
        Stored("/app/empty", "file"),
        Stored("/app/link", "link", link="../etc"),
        Stored("/dev/null", "char"),
    ]
    assert one.size == len(data)


def test_a_hard_link_has_no_bytes_of_its_own() -> None:
    (one,) = read(layer(file("a", b"content"), hard("b", "a"), hard("c", "./a"), hard("d", "absent"))).layers
    assert [(path, entry.size) for path, entry in one.entries.items()] == [("/a", 7), ("/b", 0), ("/c", 0)]
    assert one.entries["/c"].digest == _short(b"content")
    assert set(one.names) == {"/a", "/b", "/c"}
    assert one.names["/b"] == ("/a", "/b", "/c")


def test_all_names_of_a_file_share_one_record() -> None:
    (one,) = read(layer(file("a", b"content"), *(hard(f"b{number}", "a") for number in range(9)))).layers
    assert len({id(names) for names in one.names.values()}) == 1


def test_a_name_that_became_another_files_is_none_of_the_first() -> None:
    members = (file("a", b"content"), hard("b", "a"), hard("c", "a"), file("b", b"content"))
    (one,) = read(layer(*members)).layers
    assert one.names["/a"] == ("/a", "/c")
    assert "/b" not in one.names


def test_what_a_layer_hides() -> None:
    (one,) = read(layer(file("a/.wh.b"), file(".wh.top"), file("c/.wh..wh..opq"), file("c/d"))).layers
    assert (one.whiteouts, one.opaque, list(one.entries)) == (("/a/b", "/top"), ("/c",), ["/c/d"])


def test_what_a_layer_hides_often_it_hides_once() -> None:
    (one,) = read(layer(*[file("a/.wh.b"), file("c/.wh..wh..opq")] * 3)).layers
    assert (one.whiteouts, one.opaque) == (("/a/b",), ("/c",))


def test_names_stay_within_the_root() -> None:
    (one,) = read(layer(file("../../etc/passwd", b"x"), file("/abs"), file("a/../../../b"))).layers
    assert list(one.entries) == ["/etc/passwd", "/abs", "/b"]


def test_layers_come_in_the_order_of_the_image() -> None:
    lower, upper = layer(file("a")), layer(file("b"))
    found = read_stored(source_of(upper, lower, named=(digest(lower), digest(upper), digest(lower))))
    assert [list(one.entries) for one in found.layers] == [["/a"], ["/b"], ["/a"]]


def test_evidence_is_kept_and_nothing_else() -> None:
    found = read(layer(file("var/lib/dpkg/status", STATUS), file("app/node_modules/a/package.json", b"{}")))
    assert found.contents == {_short(STATUS): STATUS}


def test_of_a_jar_the_main_section_of_its_manifest_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    jar = jar_of(b"Main-Class: Main\n\nName: a\n", bytes(3 << 20))
    assert read(layer(file("a.jar", jar), file("b.jar", b"text"), file("c.zip", jar + b"x"))).contents == {
        _short(jar): b"Main-Class: Main"
    }
    monkeypatch.setattr(stored, "_JAR_BYTES", len(jar) - 1)
    assert read(layer(file("a.jar", jar))).contents == {}


def test_evidence_is_kept_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "_ALL_KEPT_BYTES", len(STATUS) + 1)
    found = read(layer(file("var/lib/dpkg/status", STATUS), file("app/package.json", b"{}")))
    assert list(found.contents.values()) == [STATUS]


def test_layers_that_unpack_to_more_than_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored._Room.__init__, "__defaults__", (50_000, 1 << 20))
    assert read(layer(file("a", bytes(20_000))))
    with pytest.raises(LayerUnreadable, match="bytes") as raised:
        read(layer(file("a", bytes(20_000))), layer(file("b", bytes(20_000))))
    assert raised.value.hint


def test_more_paths_than_fit_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored._Room.__init__, "__defaults__", (1 << 20, 1000))
    assert read(layer(file("a"), file("b")))
    with pytest.raises(LayerUnreadable, match="paths"):
        read(layer(file("a"), file("b"), file("c"), file("d")))
    with pytest.raises(LayerUnreadable, match="paths"):
        read(layer(link("a", "x" * 900)))


def test_a_layer_that_comes_again_takes_its_room_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored._Room.__init__, "__defaults__", (1 << 20, 1000))
    data = layer(file("a", b"1"))
    assert len(read_stored(source_of(data, named=(digest(data),) * 3)).layers) == 3
    with pytest.raises(LayerUnreadable, match="paths"):
        read_stored(source_of(data, named=(digest(data),) * 500))


def test_a_broken_layer_is_said() -> None:
    with pytest.raises(LayerUnreadable, match="a layer is broken") as raised:
        read(layer(file("a", bytes(2000)))[:1000])
    assert raised.value.hint


def test_a_layer_that_did_not_come() -> None:
    with pytest.raises(LayerUnreadable, match="sha256:0 is not there"):
        read_stored(source_of(layer(), named=("sha256:0",)))
