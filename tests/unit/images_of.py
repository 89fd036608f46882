"""Image trees from dictionaries: path → content, None for a folder, `Link` for a symbolic link."""

from __future__ import annotations

import hashlib
import posixpath
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from stagewright.engine import Engine
from stagewright.evidence.tree import ImageTree
from stagewright.model.image import Elf, Entry, ImageConfig, ImageFiles, Jar, LayerChange


@dataclass(frozen=True)
class Link:
    target: str


Layer = tuple[str, Mapping[str, "str | Link | Elf | Jar | None"]]


class Tree(ImageTree):
    """An image that needs no engine to be read."""

    def __init__(self, files: ImageFiles, contents: Mapping[str, bytes], shebangs: Mapping[str, str]) -> None:
        super().__init__(files, shebangs, cast(Engine, None), "image")
        self._texts = contents

    def read_many(self, paths: Iterable[str], *, largest: int = 1 << 24) -> dict[str, bytes]:
        wanted = {path: target for path in paths if (target := self.resolve(path))}
        found = {path: self._texts[target] for path, target in wanted.items() if target in self._texts}
        return {path: content for path, content in found.items() if len(content) <= largest}


def tree_of(*layers: Layer, config: ImageConfig | None = None) -> Tree:
    """Layers as (what made it, what it gave); a path that starts with `-` is removed."""
    entries: dict[str, Entry] = {}
    contents: dict[str, bytes] = {}
    elf: dict[str, Elf] = {}
    jars: dict[str, Jar] = {}
    changes = []
    for index, (created_by, paths) in enumerate(layers):
        for path, value in paths.items():
            if path.startswith("-"):
                entries.pop(path[1:], None)
                continue
            parent = posixpath.dirname(path)
            while parent != "/" and parent not in entries:
                entries[parent] = Entry(parent, "dir", 0o755, 0, 0, layer=index)
                parent = posixpath.dirname(parent)
            if value is None:
                entries[path] = Entry(path, "dir", 0o755, 0, 0, layer=index)
            elif isinstance(value, Link):
                entries[path] = Entry(path, "link", 0o777, 0, 0, link=value.target, layer=index)
            else:
                data = value.encode() if isinstance(value, str) else repr(value).encode()
                if isinstance(value, Jar):
                    # It is packed: no name can be read in its bytes.
                    data = zlib.compress(data)
                digest = hashlib.sha256(data).hexdigest()
                entries[path] = Entry(path, "file", 0o644, 0, 0, len(data), digest, layer=index)
                contents[path] = data
                if isinstance(value, Elf):
                    elf[path] = value
                if isinstance(value, Jar):
                    jars[path] = value
        added = frozenset(path for path in paths if not path.startswith("-"))
        changes.append(LayerChange(index, _digest(created_by, paths), created_by, 0, added))
    shebangs = {
        path: data[2:].split(b"\n")[0].decode() for path, data in contents.items() if data.startswith(b"#!")
    }
    ordered = {path: entries[path] for path in sorted(entries)}
    return Tree(ImageFiles(ordered, tuple(changes), config or ImageConfig(), elf, jars), contents, shebangs)


def _digest(created_by: str, paths: Mapping[str, object]) -> str:
    return hashlib.sha256(repr((created_by, sorted(paths))).encode()).hexdigest()
