import hashlib
import io
import tarfile

import pytest

from stagewright.evidence.layer import absolute, read_layer
from stagewright.model.image import Entry, Jar
from tests.unit.evidence.images import file, folder, hard, layer, link
from tests.unit.evidence.test_elf import made
from tests.unit.evidence.test_jars import jar_of


def test_every_kind_of_entry() -> None:
    data = layer(
        folder("app/", mode=0o2750, uid=1, gid=2, mtime=7),
        file("app/file", b"content", mode=0o4755, uid=3, gid=4, mtime=8),
        link("app/link", "../etc"),
        hard("app/hard", "app/file"),
        ("dev/null", None, {"type": tarfile.CHRTYPE, "mode": 0o666, "devmajor": 1, "devminor": 3}),
        ("fifo", None, {"type": tarfile.FIFOTYPE, "mode": 0o600}),
    )
    files = read_layer(io.BytesIO(data))
    content = hashlib.sha256(b"content").hexdigest()
    assert list(files.entries.values()) == [
        Entry("/app", "dir", 0o2750, 1, 2, mtime=7),
        Entry("/app/file", "file", 0o4755, 3, 4, 7, content, mtime=8),
        Entry("/app/link", "link", 0o644, 0, 0, link="../etc"),
        Entry("/app/hard", "file", 0o4755, 3, 4, 7, content, mtime=8),
        Entry("/dev/null", "char", 0o666, 0, 0, link="1:3"),
        Entry("/fifo", "fifo", 0o600, 0, 0),
    ]
    assert files.size == len(data)


def test_whiteouts_and_opaque_directories() -> None:
    files = read_layer(io.BytesIO(layer(file("a/.wh.b"), file(".wh.top"), file("c/.wh..wh..opq"))))
    assert files.whiteouts == {"/a/b", "/top"}
    assert files.opaque == {"/c"}
    assert files.entries == {}


def test_attributes_of_any_bytes() -> None:
    value = bytes([1, 0, 0, 2, 0, 0xFF, 0x80])
    header = {"SCHILY.xattr.security.capability": value.decode("utf-8", "surrogateescape"), "comment": "x"}
    files = read_layer(io.BytesIO(layer(file("a", pax_headers=header))))
    assert files.entries["/a"].xattrs == (("security.capability", value.hex()),)


def test_programs_are_recognised() -> None:
    data = layer(
        file("bin/program", made(True, "<")),
        hard("bin/again", "bin/program"),
        file("bin/script", b"#! /usr/bin/env node\nrest"),
        hard("bin/alias", "bin/script"),
        file("bin/text", b"text"),
    )
    files = read_layer(io.BytesIO(data))
    assert sorted(files.elf) == ["/bin/again", "/bin/program"]
    assert files.elf["/bin/again"].needed == ("libc.so.6",)
    assert files.shebangs == {"/bin/script": "/usr/bin/env node", "/bin/alias": "/usr/bin/env node"}


def test_jars_are_looked_into() -> None:
    manifest = b"Main-Class: Main\n"
    data = layer(
        file("app/a.jar", jar_of(manifest)),
        hard("app/again", "app/a.jar"),
        file("app/large.war", jar_of(manifest, bytes(3 << 20))),
        file("app/broken.jar", b"text"),
        file("app/archive.zip", jar_of(manifest)),
        file("app/program", b"\x7fELF" + jar_of(manifest)),
    )
    files = read_layer(io.BytesIO(data))
    assert files.jars == dict.fromkeys(("/app/a.jar", "/app/again", "/app/large.war"), Jar(main_class="Main"))


def test_long_and_odd_names() -> None:
    long, odd = "d/" * 80 + "x", "caf\udce9"
    files = read_layer(io.BytesIO(layer(file(long), file(odd))))
    assert set(files.entries) == {"/" + long, "/" + odd}


@pytest.mark.parametrize(
    ("name", "path"),
    [("./a", "/a"), ("/a", "/a"), ("a/", "/a"), ("../../a", "/a"), (".", "/"), ("//a", "/a")],
)
def test_names_stay_within_the_root(name: str, path: str) -> None:
    assert absolute(name) == path


def test_a_file_that_is_larger_than_a_chunk() -> None:
    content = bytes(range(256)) * 20_000
    files = read_layer(io.BytesIO(layer(file("big", content))))
    assert files.entries["/big"].digest == hashlib.sha256(content).hexdigest()


def test_an_empty_layer() -> None:
    assert read_layer(io.BytesIO(layer())).entries == {}
    assert read_layer(io.BytesIO(bytes(1024))).size == 1024
