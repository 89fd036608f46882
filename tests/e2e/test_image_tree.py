"""An image's files as the engine's own layers have them."""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from stagewright.engine import BuildRequest, Engine
from stagewright.evidence.cache import LayerCache
from stagewright.evidence.sizes import compressed_size, measure
from stagewright.evidence.tree import ImageTree, read_tree

pytestmark = [pytest.mark.engine, pytest.mark.oldest, pytest.mark.usefixtures("lab")]

DOCKERFILE = """\
FROM busybox
COPY --chown=7:8 file /app/file
RUN chmod 4755 /app/file && ln /app/file /app/hard && ln -s hard /app/soft && echo old > /app/old
RUN mkdir /dir && echo a > /dir/a && echo b > /dir/b && echo same > /same
RUN rm /app/old && rm -r /dir && mkdir /dir && echo c > /dir/c && touch /same && echo more >> /app/file
ADD able.tar /
ENV A=b
ENTRYPOINT ["/app/file"]
"""
# cap_net_bind_service, permitted and effective, as the kernel stores it.
CAPABILITY = bytes.fromhex("0100000200040000000000000000000000000000")


def _archive() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("able")
        member.pax_headers = {"SCHILY.xattr.security.capability": CAPABILITY.decode()}
        archive.addfile(member)
    return out.getvalue()


@pytest.fixture(scope="module")
def ref(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    context = tmp_path_factory.mktemp("context")
    (context / "file").write_text("#!/bin/sh\necho hello\n")
    (context / "able.tar").write_bytes(_archive())
    return engine.build(BuildRequest(context, dockerfile_text=DOCKERFILE)).ref


@pytest.fixture(scope="module")
def tree(engine: Engine, ref: str) -> ImageTree:
    return read_tree(engine, ref)


def test_entries_are_what_the_build_made(tree: ImageTree) -> None:
    content = b"#!/bin/sh\necho hello\nmore\n"
    file = tree.entries["/app/file"]
    assert (file.type, oct(file.mode), file.uid, file.gid) == ("file", "0o4755", 7, 8)
    assert file.digest == hashlib.sha256(content).hexdigest()
    assert file.size == len(content)
    assert (tree.entries["/app/soft"].type, tree.entries["/app/soft"].link) == ("link", "hard")
    assert tree.entries["/app"].type == "dir"
    assert tree.entries["/able"].xattrs == (("security.capability", CAPABILITY.hex()),)
    assert tree.shebangs["/app/file"] == "/bin/sh"
    assert tree.elf["/bin/busybox"].machine in ("x86_64", "aarch64")
    assert list(tree.entries) == sorted(tree.entries)


def test_what_was_deleted_is_gone(tree: ImageTree) -> None:
    assert "/app/old" not in tree.entries
    assert [entry.path for entry in tree.under("/dir")] == ["/dir/c"]
    assert not [path for path in tree.entries if ".wh." in path]


def test_layers_say_who_did_what(tree: ImageTree) -> None:
    copy, chmod, making, removing, add = tree.layers[-5:]
    assert copy.added == {"/app", "/app/file"}
    assert copy.created_by.startswith("COPY ")
    assert copy.created_by.endswith(" file /app/file")
    assert "/app/hard" in chmod.added
    assert "/app/file" in chmod.changed
    assert {"/dir/a", "/same"} <= making.added
    assert {"/app/old", "/dir/a", "/dir/b"} == removing.deleted
    assert "/same" not in removing.changed
    assert "/dir/c" in removing.added
    assert add.added == {"/able"}
    assert tree.entries["/same"].layer == making.index
    assert tree.entries["/app/file"].layer == removing.index


def test_contents_are_read_through_links(tree: ImageTree) -> None:
    assert tree.read("/app/file") == b"#!/bin/sh\necho hello\nmore\n"
    assert tree.read("/app") is None
    assert tree.read("/absent") is None
    assert tree.read_many(["/dir/c", "/same", "/app/soft"])["/dir/c"] == b"c\n"


def test_the_second_time_the_cache_answers(
    engine: Engine, ref: str, tree: ImageTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "layer_blobs", None)
    again = read_tree(engine, ref)
    assert again.files == tree.files
    assert again.shebangs == tree.shebangs


def test_only_what_is_new_is_read(engine: Engine, ref: str, tree: ImageTree, tmp_path: Path) -> None:
    text = f"FROM {ref}\nRUN echo {tmp_path} > /above\n"
    above = engine.build(BuildRequest(tmp_path, dockerfile_text=text)).ref
    have = LayerCache().names([layer.digest for layer in tree.layers])
    with engine.layer_blobs(above, have) as blobs:
        read = [blob.digest for blob in blobs]
    layers = engine.layers(above)
    if engine.info.modern:
        assert read == [layers[-1].digest]
    larger = read_tree(engine, above)
    assert larger.layers[:-1] == tree.layers
    sizes = measure(larger.layers, tree.layers)
    assert sizes.total == measure(tree.layers).total + larger.layers[-1].size
    assert sizes.above_base == larger.layers[-1].size


def test_an_image_that_triggers_builds_is_read_without_triggering_them(
    engine: Engine, tmp_path: Path
) -> None:
    text = "FROM busybox\nONBUILD RUN false\n"
    ref = engine.build(BuildRequest(tmp_path, dockerfile_text=text)).ref
    tree = read_tree(engine, ref, LayerCache(tmp_path / "cache"))
    assert tree.config.onbuild == ("RUN false",)
    assert "/bin/busybox" in tree.entries


def test_the_compressed_size_is_ours_in_every_store(engine: Engine, tmp_path: Path) -> None:
    total = measure(read_tree(engine, "busybox:latest").layers).total
    compressed = compressed_size(engine, "busybox:latest")
    assert 0 < compressed < total
    assert compressed == compressed_size(engine, "busybox:latest", LayerCache(tmp_path))
