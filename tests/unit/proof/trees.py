"""Images made by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, cast

from stagewright.engine import Engine
from stagewright.evidence.tree import ImageTree
from stagewright.model.image import Elf, Entry, ImageConfig, ImageFiles, LayerChange


def file(path: str, content: str | bytes = "", **attributes: Any) -> tuple[Entry, bytes]:
    data = content.encode() if isinstance(content, str) else content
    fields = {"mode": 0o644, "uid": 0, "gid": 0} | attributes
    return Entry(path, "file", size=len(data), digest=hashlib.sha256(data).hexdigest(), **fields), data


def folder(path: str, **attributes: Any) -> tuple[Entry, bytes]:
    return Entry(path, "dir", **({"mode": 0o755, "uid": 0, "gid": 0} | attributes)), b""


def link(path: str, target: str, **attributes: Any) -> tuple[Entry, bytes]:
    return Entry(path, "link", 0o777, 0, 0, link=target, **attributes), b""


class Tree(ImageTree):
    """An image whose contents are at hand."""

    def __init__(self, files: ImageFiles, shebangs: Mapping[str, str], contents: Mapping[str, bytes]) -> None:
        super().__init__(files, shebangs, cast(Engine, None), "")
        self._at_hand = contents

    def read_many(self, paths: Iterable[str], *, largest: int = 1 << 24) -> dict[str, bytes]:
        wanted = {path: target for path in paths if (target := self.resolve(path))}
        found = {path: self._at_hand[target] for path, target in wanted.items() if target in self._at_hand}
        return {path: content for path, content in found.items() if len(content) <= largest}


def tree(
    *members: tuple[Entry, bytes],
    config: ImageConfig | None = None,
    elf: Mapping[str, Elf] | None = None,
    shebangs: Mapping[str, str] | None = None,
    layers: tuple[str, ...] = ("FROM", "RUN"),
) -> Tree:
    """Directories that nobody names are made. `layers` are what made each layer."""
    entries = {entry.path: entry for entry, _ in members}
    for path in list(entries):
        while (path := path.rpartition("/")[0]) and path not in entries:
            entries[path] = folder(path)[0]
    changes = tuple(
        LayerChange(
            index,
            f"sha256:{index}{name}",
            name,
            sum(entry.size for entry in entries.values() if entry.layer == index),
            added=frozenset(entry.path for entry, _ in members if entry.layer == index),
        )
        for index, name in enumerate(layers)
    )
    ordered = {path: entries[path] for path in sorted(entries)}
    image = ImageFiles(ordered, changes, config or ImageConfig(), elf or {})
    contents = {entry.path: data for entry, data in members if entry.type == "file"}
    return Tree(image, shebangs or {}, contents)
