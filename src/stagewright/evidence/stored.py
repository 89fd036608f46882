"""What an image's layers store, in small records: so that an image of many gigabytes fits into memory."""

from __future__ import annotations

import hashlib
import re
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import IO

from stagewright.engine.source import ImageSource
from stagewright.engine.tar import members
from stagewright.errors import UsageError
from stagewright.evidence.jars import ENDINGS, main_section
from stagewright.evidence.layer import CHUNK, Counted, Stream, absolute, hides, type_of
from stagewright.model.image import FileType

_DIGEST_BYTES = 16
_KEPT_BYTES = 16 << 20
_JAR_BYTES = 64 << 20
_ALL_KEPT_BYTES = 64 << 20
# All layers together: what they unpack to, and what is kept of their paths.
_MOST_BYTES = 1 << 37
_MOST_RECORDS = 512 << 20
_RECORD = 256
_TOO_LARGE = "Images of this size are not read."
# Databases of package managers, lockfiles, and what they are read with.
_EVIDENCE = re.compile(
    r"/var/lib/dpkg/(?:status|status\.d/[^/]+|info/[^/]+\.list)|/(?:usr/)?lib/apk/db/installed|/etc/apk/world"
    r"|/(?:usr/lib/sysimage|var/lib)/rpm/rpmdb\.sqlite(?:-wal)?"
    r"|.*/node_modules/\.package-lock\.json|(?!.*/node_modules/).*/(?:package|package-lock|npm-shrinkwrap)\.json"
    r"|(?!.*/node_modules/).*/(?:bun|uv)\.lock|.*/site-packages/[^/]+\.dist-info/RECORD"
    r"|.*/specifications/[^/]+\.gemspec"
)


class LayerUnreadable(UsageError):
    """A layer is broken, or larger than what is read."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One path that a layer stores. `size`: its content's bytes, 0 for a further name of the same file.

    `digest`: the first 16 bytes of the content's sha256, b"" where there is no content.
    """

    path: str
    type: FileType
    size: int = 0
    digest: bytes = b""
    link: str = ""


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """What one layer stores and hides. `names`: all names of a file that has several, by each of them.

    `whiteouts`: paths that it deletes, with all below; `opaque`: folders whose lower content it hides.
    `size`: the tar's bytes.
    """

    entries: Mapping[str, Stored]
    whiteouts: tuple[str, ...]
    opaque: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]
    size: int


@dataclass(frozen=True, slots=True)
class StoredLayers:
    """The layers, lowest first, and the contents of what is evidence, by `Stored.digest`.

    Of a jar it is the main section of its manifest.
    """

    layers: tuple[StoredLayer, ...]
    contents: Mapping[bytes, bytes]


def read_stored(source: ImageSource) -> StoredLayers:
    """Read each layer once. Raises LayerUnreadable, and what the source raises."""
    found: dict[str, StoredLayer] = {}
    contents, room = _Contents(), _Room()
    try:
        with source.blobs() as blobs:
            for blob in blobs:
                layer = _read_layer(_Limited(blob, room), contents)
                found[blob.digest] = layer
    except (tarfile.TarError, zlib.error) as error:
        raise LayerUnreadable(
            f"{source.name}: a layer is broken: {error}", "Build, pull or save the image again."
        ) from error
    if missing := [layer.digest for layer in source.layers if layer.digest not in found]:
        raise LayerUnreadable(
            f"{source.name}: the layer {missing[0]} is not there", "Build, pull or save the image again."
        )
    for digest, times in Counter(layer.digest for layer in source.layers).items():
        # A layer that comes again hides all that it gave before.
        room.keep(records=(times - 1) * len(found[digest].entries))
    return StoredLayers(tuple(found[layer.digest] for layer in source.layers), contents.by_digest)


def _read_layer(stream: _Limited, contents: _Contents) -> StoredLayer:
    entries: dict[str, Stored] = {}
    whiteouts, opaque = set(), set()
    names: dict[str, list[str]] = {}
    for member, content in members(stream):
        path = absolute(member.name)
        stream.room.keep(path, member.linkname)
        effect, hidden = hides(path)
        if effect == "opaque":
            opaque.add(hidden)
        elif effect == "whiteout":
            whiteouts.add(hidden)
        elif member.islnk():
            first = absolute(member.linkname)
            if first in entries:
                entries[path] = replace(entries[first], path=path, size=0)
                names.setdefault(first, []).append(path)
        elif path != "/":
            type_ = type_of(member)
            digest = _digest(content, path, member.size, contents) if content and member.size else b""
            link = member.linkname if type_ == "link" else ""
            entries[path] = Stored(path, type_, member.size if content else 0, digest, link)
    stream.drain()
    return StoredLayer(
        entries, tuple(sorted(whiteouts)), tuple(sorted(opaque)), _groups(names, entries), stream.size
    )


def _groups(names: Mapping[str, Iterable[str]], entries: Mapping[str, Stored]) -> dict[str, tuple[str, ...]]:
    """One tuple for each file that has several names, without those that the layer gave to another file."""
    groups: dict[str, tuple[str, ...]] = {}
    for first, others in names.items():
        same = (0, entries[first].digest)
        group = (first, *(name for name in others if (entries[name].size, entries[name].digest) == same))
        groups |= dict.fromkeys(group, group)
    return groups


def _digest(content: IO[bytes], path: str, size: int, contents: _Contents) -> bytes:
    """The digest of a file's content, which is kept if it is evidence and there is room for it."""
    sha256 = hashlib.sha256()
    is_jar = path.endswith(ENDINGS)
    wanted = size <= _JAR_BYTES if is_jar else size <= _KEPT_BYTES and _EVIDENCE.fullmatch(path)
    kept: list[bytes] | None = [] if wanted else None
    while data := content.read(CHUNK):
        sha256.update(data)
        if kept is not None:
            kept.append(data)
    digest = sha256.digest()[:_DIGEST_BYTES]
    if kept is not None:
        whole = b"".join(kept)
        evidence = main_section(whole) if is_jar else whole
        if evidence is not None:
            contents.keep(digest, evidence)
    return digest


@dataclass(slots=True)
class _Contents:
    """What was kept, up to a limit."""

    by_digest: dict[bytes, bytes] = field(default_factory=dict)
    size: int = 0

    def keep(self, digest: bytes, content: bytes) -> None:
        if digest not in self.by_digest and self.size + len(content) <= _ALL_KEPT_BYTES:
            self.by_digest[digest] = content
            self.size += len(content)


@dataclass(slots=True)
class _Room:
    """What may still be unpacked and kept, in bytes: a stranger's layers may have no end."""

    unpacked: int = _MOST_BYTES
    records: int = _MOST_RECORDS

    def unpack(self, size: int) -> None:
        self.unpacked -= size
        if self.unpacked < 0:
            raise LayerUnreadable(f"the layers have more than {_MOST_BYTES} bytes", _TOO_LARGE)

    def keep(self, *names: str, records: int = 1) -> None:
        self.records -= records * _RECORD + sum(map(len, names))
        if self.records < 0:
            raise LayerUnreadable("the layers have more paths than fit into memory", _TOO_LARGE)


class _Limited(Counted):
    """A layer's stream that ends with an error where there is no room for more."""

    def __init__(self, stream: Stream, room: _Room) -> None:
        super().__init__(stream)
        self.room = room

    def read(self, size: int = CHUNK) -> bytes:
        data = super().read(size)
        self.room.unpack(len(data))
        return data
