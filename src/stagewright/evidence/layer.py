"""One layer's tar, read while it streams by: its entries, whiteouts, ELF heads, manifests and `#!` lines."""

from __future__ import annotations

import hashlib
import posixpath
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import IO, Literal, Protocol

from stagewright.engine.tar import members
from stagewright.evidence.elf import MAGIC, read_elf
from stagewright.evidence.jars import ENDINGS, read_jar
from stagewright.model.image import Elf, Entry, FileType, Jar

CHUNK = 1 << 20
# Programs and jars up to this size are looked into.
WHOLE_BYTES = 512 << 20
_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"
_XATTR = "SCHILY.xattr."
_TYPES: dict[bytes, FileType] = {
    tarfile.DIRTYPE: "dir",
    tarfile.SYMTYPE: "link",
    tarfile.CHRTYPE: "char",
    tarfile.BLKTYPE: "block",
    tarfile.FIFOTYPE: "fifo",
}


class Stream(Protocol):
    """An uncompressed tar."""

    def read(self, size: int = ..., /) -> bytes:
        """At most `size` bytes, b"" at the end."""


@dataclass(frozen=True, slots=True)
class LayerFiles:
    """What one layer holds. `entries` by path, their `layer` unset.

    `whiteouts`: paths that it deletes, with all below; `opaque`: directories whose lower content it hides.
    `jars`: their manifests; `shebangs`: the first line of each script, without `#!`. `size`: the tar's bytes.
    """

    entries: Mapping[str, Entry]
    whiteouts: frozenset[str]
    opaque: frozenset[str]
    elf: Mapping[str, Elf]
    jars: Mapping[str, Jar]
    shebangs: Mapping[str, str]
    size: int


def read_layer(stream: Stream) -> LayerFiles:
    """Read one layer to its end. Nothing is unpacked; a name that climbs with `..` stays within the root.

    Raises tarfile.TarError for what is not a tar.
    """
    entries: dict[str, Entry] = {}
    whiteouts, opaque = set(), set()
    elf: dict[str, Elf] = {}
    jars: dict[str, Jar] = {}
    shebangs: dict[str, str] = {}
    counted = Counted(stream)
    for member, content in members(counted):
        path = absolute(member.name)
        effect, hidden = hides(path)
        if effect == "opaque":
            opaque.add(hidden)
        elif effect == "whiteout":
            whiteouts.add(hidden)
        elif member.islnk():
            _hardlink(path, absolute(member.linkname), entries, elf, jars, shebangs)
        elif path != "/":
            digest = _content(content, path, elf, jars, shebangs) if content else ""
            entries[path] = _entry(path, member, digest)
    counted.drain()
    return LayerFiles(entries, frozenset(whiteouts), frozenset(opaque), elf, jars, shebangs, counted.size)


def absolute(name: str) -> str:
    """A tar member's name as an absolute path of the image."""
    return posixpath.normpath("/" + name.lstrip("/"))


def hides(path: str) -> tuple[Literal["opaque", "whiteout", ""], str]:
    """What a path of a layer hides of the layers below: a folder's content, a path, or nothing ("")."""
    folder, name = posixpath.split(path)
    if name == _OPAQUE:
        return "opaque", folder
    if name.startswith(_WHITEOUT):
        return "whiteout", posixpath.join(folder, name.removeprefix(_WHITEOUT))
    return "", ""


def type_of(member: tarfile.TarInfo) -> FileType:
    """The type of a member that is no hard link."""
    return _TYPES.get(member.type, "file")


class Counted:
    """A stream that counts its bytes, the padding behind a tar's end included."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.size = 0

    def read(self, size: int = CHUNK) -> bytes:
        data = self._stream.read(size)
        self.size += len(data)
        return data

    def drain(self) -> None:
        while self.read(CHUNK):
            pass


def _entry(path: str, member: tarfile.TarInfo, digest: str) -> Entry:
    kind = type_of(member)
    device = f"{member.devmajor}:{member.devminor}" if kind in ("char", "block") else ""
    return Entry(
        path,
        kind,
        member.mode & 0o7777,
        member.uid,
        member.gid,
        member.size if kind == "file" else 0,
        digest,
        member.linkname if kind == "link" else device,
        _xattrs(member.pax_headers),
        int(member.mtime),
    )


def _xattrs(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted(
            (key.removeprefix(_XATTR), value.encode("utf-8", "surrogateescape").hex())
            for key, value in headers.items()
            if key.startswith(_XATTR)
        )
    )


def _content(
    content: IO[bytes], path: str, elf: dict[str, Elf], jars: dict[str, Jar], shebangs: dict[str, str]
) -> str:
    """The digest of a file's content; notes on the way what kind of program it is."""
    data = content.read(CHUNK)
    if data.startswith(b"#!"):
        shebangs[path] = data[2:256].partition(b"\n")[0].decode("utf-8", "replace").strip()
    sha256 = hashlib.sha256(data)
    is_jar = path.endswith(ENDINGS)
    kept = [data] if is_jar or data.startswith(MAGIC) else None
    size = len(data)
    while data := content.read(CHUNK):
        sha256.update(data)
        size += len(data)
        if kept and size <= WHOLE_BYTES:
            kept.append(data)
    whole = b"".join(kept) if kept and size <= WHOLE_BYTES else b""
    if found := read_elf(whole):
        elf[path] = found
    elif is_jar and (jar := read_jar(whole)):
        jars[path] = jar
    return sha256.hexdigest()


def _hardlink(
    path: str,
    target: str,
    entries: dict[str, Entry],
    elf: dict[str, Elf],
    jars: dict[str, Jar],
    shebangs: dict[str, str],
) -> None:
    """A further name of a file: an entry like the file's own."""
    if target not in entries:
        return
    entries[path] = replace(entries[target], path=path)
    if target in elf:
        elf[path] = elf[target]
    if target in jars:
        jars[path] = jars[target]
    if target in shebangs:
        shebangs[path] = shebangs[target]
