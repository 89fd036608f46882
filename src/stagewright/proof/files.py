"""What the proof asks of an image's files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from stagewright.model.image import Elf, Entry, ImageConfig, LayerChange


class Files(Protocol):
    """The files of an image, as `evidence.tree.ImageTree` reads them."""

    @property
    def entries(self) -> Mapping[str, Entry]: ...

    @property
    def layers(self) -> Sequence[LayerChange]: ...

    @property
    def config(self) -> ImageConfig: ...

    @property
    def elf(self) -> Mapping[str, Elf]: ...

    def resolve(self, path: str) -> str | None: ...

    def read_many(self, paths: Iterable[str], *, largest: int = ...) -> dict[str, bytes]: ...


def differences(before: Entry, after: Entry) -> tuple[str, ...]:
    """In which respects two paths differ: type, content, link, mode, owner, xattrs. Times do not count."""
    if before.type != after.type:
        return ("type",)
    found = []
    if before.digest != after.digest or before.size != after.size:
        found.append("content")
    if before.link != after.link:
        found.append("link")
    if before.mode != after.mode and after.type != "link":
        found.append("mode")
    if (before.uid, before.gid) != (after.uid, after.gid):
        found.append("owner")
    if before.xattrs != after.xattrs:
        found.append("xattrs")
    return tuple(found)


def describe(what: str, before: Entry, after: Entry) -> str:
    """One respect on both sides, for people."""
    if what == "type":
        return f"{before.type} → {after.type}"
    if what == "link":
        return f"{before.link} → {after.link}"
    if what == "mode":
        return f"{before.mode:04o} → {after.mode:04o}"
    if what == "owner":
        return f"{before.uid}:{before.gid} → {after.uid}:{after.gid}"
    if what == "content":
        return f"{before.size} bytes → {after.size} bytes"
    return f"{dict(before.xattrs)} → {dict(after.xattrs)}"
