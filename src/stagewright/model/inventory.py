"""What is in an image, and what of it is waste: by layer, folder, package and instruction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

WasteKind = Literal[
    "deleted later",
    "overwritten later",
    "stored again",
    "duplicate",
    "version control",
    "cache",
    "log",
    "documentation",
    "development dependency",
    "build tool",
    "source",
]


@dataclass(frozen=True, slots=True)
class LayerUse:
    """One layer, lowest first, and the instruction that made it, "" where that is unclear.

    `size`: the tar's bytes; `content`: its files' bytes; `waste`: those of them that are waste, by kind.
    """

    index: int
    digest: str
    created_by: str
    size: int
    files: int
    content: int
    waste: Mapping[WasteKind, int]


@dataclass(frozen=True, slots=True)
class FolderUse:
    """A folder with the bytes and number of all visible files below it."""

    path: str
    size: int
    files: int


@dataclass(frozen=True, slots=True)
class PackageUse:
    """An installed package with its visible files.

    `manager`: `dpkg`, `apk`, `rpm`, `node`, `python`, `gem` or `jar`. `version` is "" where it is not known;
    `layer` is the one that gave most of its bytes.
    """

    manager: str
    name: str
    version: str
    size: int
    files: int
    layer: int


@dataclass(frozen=True, slots=True)
class Example:
    """A folder, or a file where it is only one, that is waste. `layer` stores it; `detail` says more, or "".

    What belongs to one package is one example, under the path of its largest file.
    """

    path: str
    size: int
    files: int
    layer: int
    detail: str


@dataclass(frozen=True, slots=True)
class Waste:
    """All waste of one kind, with the reason and the largest examples."""

    kind: WasteKind
    why: str
    size: int
    files: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """One image. All sizes are bytes.

    `size`: the layers' uncompressed sum; `stored`: the bytes of all files in all layers, `visible` of those
    that a container sees, `files` their number. A stored byte counts as waste at most once. Of folders,
    packages and examples of waste the largest are listed; `packages_found` is the number of all packages.
    """

    name: str
    platform: str
    size: int
    stored: int
    visible: int
    files: int
    layers: tuple[LayerUse, ...]
    folders: tuple[FolderUse, ...]
    packages_found: int
    packages: tuple[PackageUse, ...]
    waste: tuple[Waste, ...]

    @property
    def efficiency(self) -> float:
        """Bytes visible / bytes stored; 1 for an empty image."""
        return self.visible / self.stored if self.stored else 1.0

    @property
    def wasted(self) -> int:
        """Bytes that are waste of any kind."""
        return sum(one.size for one in self.waste)
