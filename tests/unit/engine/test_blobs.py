import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from stagewright.engine.blobs import Readable, archive_blobs, layout_blobs, prepare_layout, tar_stream


def _tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _all(stream: Readable) -> bytes:
    return b"".join(iter(lambda: stream.read(10_000), b""))


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


LAYERS = [_tar({"a": b"a" * 3_000_000}), _tar({"b": b"b"}), bytes(1024)]
FORMS: list[Callable[[bytes], bytes]] = [
    gzip.compress,
    zstandard.ZstdCompressor().compress,
    lambda data: data,
]
BLOBS = [form(layer) for form, layer in zip(FORMS, LAYERS, strict=True)]


def _oci() -> dict[str, bytes]:
    config = json.dumps({"rootfs": {"diff_ids": [_digest(layer) for layer in LAYERS]}}).encode()
    manifest = json.dumps(
        {"config": {"digest": _digest(config)}, "layers": [{"digest": _digest(blob)} for blob in BLOBS]}
    ).encode()
    files = {f"blobs/sha256/{_digest(data)[7:]}": data for data in [*BLOBS, config, manifest]}
    return files | {"index.json": json.dumps({"manifests": [{"digest": _digest(manifest)}]}).encode()}


def _layout(folder: Path, have: list[str]) -> None:
    prepare_layout(folder, have)
    for name, data in _oci().items():
        if not (folder / name).exists():
            (folder / name).write_bytes(data)


def test_a_layout_gives_its_layers_lowest_first(tmp_path: Path) -> None:
    folder = tmp_path / "layout"
    _layout(folder, [])
    seen = [(blob.blob, blob.digest, _all(blob)) for blob in layout_blobs(folder, [])]
    assert seen == [(_digest(blob), _digest(layer), layer) for blob, layer in zip(BLOBS, LAYERS, strict=True)]


def test_what_the_reader_has_is_neither_sent_nor_given(tmp_path: Path) -> None:
    folder, have = tmp_path / "layout", [_digest(BLOBS[0]), _digest(LAYERS[2])]
    _layout(folder, have)
    assert [blob.blob for blob in layout_blobs(folder, have)] == [_digest(BLOBS[1])]


@pytest.mark.parametrize("have", [[], [_digest(BLOBS[1])]])
def test_an_archive_gives_them_too(have: list[str]) -> None:
    found = {blob.blob: blob.digest for blob in archive_blobs(io.BytesIO(_tar(_oci())), have)}
    pairs = {_digest(blob): _digest(layer) for blob, layer in zip(BLOBS, LAYERS, strict=True)}
    assert found == {blob: layer for blob, layer in pairs.items() if blob not in have}


def test_the_older_archive_has_no_names_for_blobs() -> None:
    files = {"0a/VERSION": b"1.0", "0a/json": b"{}", "0a/layer.tar": LAYERS[1], "manifest.json": b"[]"}
    found = [(blob.blob, blob.read(), blob.digest) for blob in archive_blobs(io.BytesIO(_tar(files)), [])]
    assert found == [("", LAYERS[1], _digest(LAYERS[1]))]


def test_gzip_in_several_members_with_padding() -> None:
    half = len(LAYERS[0]) // 2
    data = gzip.compress(LAYERS[0][:half]) + gzip.compress(LAYERS[0][half:]) + bytes(100)
    stream = tar_stream(io.BytesIO(data))
    assert stream is not None
    assert _all(stream) == LAYERS[0]


@pytest.mark.parametrize("data", [b"", b"{}", b"text " * 1000])
def test_what_is_no_layer(data: bytes) -> None:
    assert tar_stream(io.BytesIO(data)) is None


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(LAYERS[0])[:-9],
        gzip.compress(LAYERS[0])[:600] + bytes(600),
        zstandard.compress(LAYERS[0])[:20] + bytes(600),
    ],
    ids=["too short", "gzip", "zstd"],
)
def test_what_is_compressed_and_broken_is_told_in_one_way(data: bytes) -> None:
    stream = tar_stream(io.BytesIO(data))
    assert stream is not None
    with pytest.raises(zlib.error):
        _all(stream)
