"""The content of an image's layers, as a stream of uncompressed tars.

From an OCI layout in a folder, which BuildKit writes, or from the archive that every engine gives. The
archive comes whole and, out of containerd's store, slowly; the layout leaves out what the reader has.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from stagewright.engine.tar import members

CHUNK = 1 << 20
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end."""


class LayerBlob:
    """The content of one layer while it streams by. Read it before the next one is asked for.

    blob: the name under which the engine keeps it ("sha256:…", of the compressed form if it is compressed),
    "" where it has none.
    """

    def __init__(self, stream: Readable, blob: str, digest: str = "") -> None:
        self.blob = blob
        self._stream = stream
        self._digest = digest
        self._hash = hashlib.sha256()

    def read(self, size: int = CHUNK, /) -> bytes:
        """The next bytes of the uncompressed tar, b"" at the end. Raises zlib.error for what is broken."""
        data = self._stream.read(size)
        if not self._digest:
            self._hash.update(data)
        return data

    @property
    def digest(self) -> str:
        """The digest of the uncompressed tar ("sha256:…"), which is the layer's own. Reads what is left."""
        while not self._digest and self.read():
            pass
        return self._digest or "sha256:" + self._hash.hexdigest()


def prepare_layout(folder: Path, have: Collection[str]) -> None:
    """Make an OCI layout look as if it held the blobs in `have`, so that they are not sent again."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for name in have:
        (blobs / name.removeprefix("sha256:")).touch()


def layout_blobs(folder: Path, have: Collection[str]) -> Iterator[LayerBlob]:
    """The layers in an OCI layout that are not in `have`, lowest first; each file goes once it was read."""
    blobs = folder / "blobs" / "sha256"

    def load(digest: str) -> Any:
        return json.loads((blobs / digest.removeprefix("sha256:")).read_bytes())

    manifest = load(json.loads((folder / "index.json").read_bytes())["manifests"][0]["digest"])
    digests = load(manifest["config"]["digest"])["rootfs"]["diff_ids"]
    for digest, layer in zip(digests, manifest["layers"], strict=True):
        path = blobs / layer["digest"].removeprefix("sha256:")
        if layer["digest"] in have or not path.exists():
            continue
        with path.open("rb") as content:
            if stream := tar_stream(content):
                yield LayerBlob(stream, layer["digest"], digest)
        path.unlink()


def archive_blobs(archive: IO[bytes], have: Collection[str]) -> Iterator[LayerBlob]:
    """The layers in an image archive (an OCI layout, or the older form) not in `have`, in its own order."""
    for member, content in members(archive):
        oci = re.fullmatch(r"blobs/sha256/([0-9a-f]{64})", member.name)
        blob = f"sha256:{oci[1]}" if oci else ""
        if not (oci or member.name.endswith("/layer.tar")) or blob in have:
            continue
        if content and (stream := tar_stream(content)):
            yield LayerBlob(stream, blob)


def tar_stream(content: IO[bytes]) -> Readable | None:
    """A blob as an uncompressed tar; None where it is a manifest or a configuration."""
    head = content.read(512)
    whole = io.BufferedReader(_Rejoined(head, content), CHUNK)
    if head.startswith(_GZIP):
        return _Gunzip(whole)
    if head.startswith(_ZSTD):
        return _Unzstd(whole)
    is_tar = head[257:262] == b"ustar" or head == bytes(512)
    return whole if is_tar else None


class _Rejoined(io.RawIOBase):
    """A stream with its first bytes, which were read to look at them, put back."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


class _Gunzip:
    """Gunzips a stream, several members in a row included; the standard library's reader takes tiny bites."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._member = zlib.decompressobj(31)
        self._pending = b""

    def read(self, size: int = CHUNK, /) -> bytes:
        while True:
            if self._member.eof:
                self._pending = self._member.unused_data or self._source.read(CHUNK)
                if not self._pending.startswith(_GZIP):
                    return b""
                self._member = zlib.decompressobj(31)
            compressed = self._pending or self._source.read(CHUNK)
            data = self._member.decompress(compressed, size)
            self._pending = self._member.unconsumed_tail
            if data:
                return data
            if not compressed and not self._member.eof:
                raise zlib.error("it ends too early")


class _Unzstd:
    """Decompresses a stream; what is broken is told as in the other form."""

    def __init__(self, source: IO[bytes]) -> None:
        import zstandard

        self._error = zstandard.ZstdError
        self._reader = zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)

    def read(self, size: int = CHUNK, /) -> bytes:
        try:
            return self._reader.read(size)
        except self._error as error:
            raise zlib.error(str(error)) from error
