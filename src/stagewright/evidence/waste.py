"""What of an image's bytes is waste, and why: hidden by a later layer, twice there, or of no use to a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from stagewright.evidence.build_tools import HOMES, LINKED_WITH, SOURCE, TOOLS
from stagewright.evidence.caches import reason_by_place
from stagewright.evidence.commands import expanded, read_scripts
from stagewright.evidence.overlay import Hidden, Overlay
from stagewright.evidence.owners import Owner, Owners
from stagewright.evidence.start import configured
from stagewright.evidence.stored import Stored
from stagewright.images import TOOL_CHAIN
from stagewright.model.image import ImageConfig
from stagewright.model.inventory import Example, Waste, WasteKind

WHY: Mapping[WasteKind, str] = {
    "deleted later": "a later layer deletes it, and it is stored all the same: delete it where it is made",
    "overwritten later": "a later layer replaces it, and both are stored",
    "stored again": "a later layer stores the same content again, for its owner, mode or time: "
    "COPY --chown or --chmod",
    "duplicate": "the same content lies at another path, too",
    "version control": "the history of the source: .dockerignore",
    "cache": "of what installed or built, or temporary: a cache mount, or clean up in the same RUN",
    "log": "a log or history of the build",
    "documentation": "documentation and translations of packages; licences are not counted",
    "development dependency": "a lockfile marks it as for development only",
    "build tool": "compiles, links or builds, and what starts does not call it: a builder stage",
    "source": "source of a compiled language, which no run reads: a builder stage",
}
_VERSION_CONTROL = re.compile(r".*/\.(?:git|hg|svn)/.*")
_LISTS = "/var/lib/apt/lists/"
_DOCUMENTATION = re.compile(
    r"/usr/(?:local/)?share/(?:doc|man|info|locale|lintian|bug|gtk-doc|doc-base)/(?!.*/copyright\Z).+"
)
_HOMES = tuple(place for place, _ in HOMES)
# A copy of less is not worth a line.
_DUPLICATE_BYTES = 1024
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Wasted:
    """All waste by kind, the largest first, and the bytes of each kind by layer."""

    kinds: tuple[Waste, ...]
    by_layer: Mapping[int, Mapping[WasteKind, int]]


@dataclass(frozen=True, slots=True)
class _Item:
    """One file that is waste. What has the same `group` and `detail` is one example."""

    kind: WasteKind
    stored: Stored
    layer: int
    group: str
    detail: str = ""


def started(config: ImageConfig, package: bytes | None) -> frozenset[str]:
    """The names of all programs that the image's start may call, its `package.json`'s scripts included."""
    commands = expanded(configured(config), read_scripts(package))
    return frozenset(word.rpartition("/")[2] for words in commands for word in words)


def find_waste(
    overlay: Overlay, owners: Owners, programs: frozenset[str], made_by: Mapping[int, str], top: int
) -> Wasted:
    """Each stored byte is of one kind at most, and a kind has at most `top` examples.

    `made_by`: the instruction of each layer by index.
    """
    piles: dict[WasteKind, _Pile] = {}
    by_layer: dict[int, dict[WasteKind, int]] = {}
    for item in _items(overlay, _Judge(owners, programs, made_by)):
        piles.setdefault(item.kind, _Pile()).add(item)
        layer = by_layer.setdefault(item.layer, {})
        layer[item.kind] = layer.get(item.kind, 0) + item.stored.size
    kinds = (pile.waste(kind, top) for kind, pile in piles.items())
    return Wasted(
        tuple(sorted(kinds, key=lambda one: (-one.size, one.kind))),
        {index: dict(sorted(layer.items())) for index, layer in sorted(by_layer.items())},
    )


def _items(overlay: Overlay, judge: _Judge) -> Iterator[_Item]:
    yield from map(_hidden, overlay.hidden)
    first: dict[bytes, str] = {}
    for path, (layer, stored) in overlay.visible.items():
        if not stored.size:
            continue
        if item := judge.of(layer, stored):
            yield item
        elif stored.size >= _DUPLICATE_BYTES:
            other = first.setdefault(stored.digest, path)
            if other != path:
                yield _Item("duplicate", stored, layer, path, f"as {other}")


def _hidden(one: Hidden) -> _Item:
    verb = "deleted" if one.how == "deleted later" else "replaced"
    return _Item(one.how, one.stored, one.layer, _folder(one.stored.path), f"{verb} by layer {one.by}")


class _Judge:
    """Says of a visible file whether a run can do without it."""

    def __init__(self, owners: Owners, programs: frozenset[str], made_by: Mapping[int, str]) -> None:
        self._owners = owners
        self._programs = programs
        self._made_by = made_by
        packages = owners.packages
        called = {owner for path, owner in packages.owner.items() if path.rpartition("/")[2] in programs}
        self._called = packages.closure(*called)
        self._homes = tuple(place for place, names in HOMES if not programs & set(names.split()))

    def of(self, layer: int, stored: Stored) -> _Item | None:
        path = stored.path
        if _VERSION_CONTROL.fullmatch(path):
            return _Item("version control", stored, layer, path.partition("/.")[0] or "/")
        by_place = reason_by_place(
            path, stored.type, programs=self._programs, by=self._made_by[layer], named=frozenset()
        )
        if path.startswith(_LISTS) or (by_place and by_place.kind == "cache"):
            return _Item("cache", stored, layer, _folder(path))
        if by_place and by_place.kind == "log":
            return _Item("log", stored, layer, _folder(path))
        if _DOCUMENTATION.fullmatch(path):
            return _Item("documentation", stored, layer, _folder(path))
        owner = self._owners.of(path)
        if owner and self._owners.is_for_development(owner):
            return _Item("development dependency", stored, layer, owner.root or owner.name, owner.name)
        if self._is_tool(path, owner):
            package = f"package {owner.name}" if owner else ""
            return _Item("build tool", stored, layer, package or _folder(path), package)
        if SOURCE.fullmatch(path) and not ("go" in self._programs and path.endswith(".go")):
            return _Item("source", stored, layer, _folder(path))
        return None

    def _is_tool(self, path: str, owner: Owner | None) -> bool:
        if owner and owner.name in self._called:
            return False
        if owner and owner.manager == self._owners.packages.manager and _is_tool_package(owner.name):
            return True
        if path.startswith(_HOMES):
            return path.startswith(self._homes)
        named = TOOLS.fullmatch(path) and path.rpartition("/")[2] not in self._programs
        return bool(named or LINKED_WITH.fullmatch(path))


def _is_tool_package(name: str) -> bool:
    """Each C library needs the documents of `gcc-12-base`: it is no tool."""
    return bool(TOOL_CHAIN.fullmatch(name)) and not re.fullmatch(r"gcc-\d+-base", name)


@dataclass(slots=True)
class _Group:
    size: int = 0
    files: int = 0
    largest: tuple[int, str, int] = (0, "", 0)


@dataclass(slots=True)
class _Pile:
    groups: dict[tuple[str, str], _Group] = field(default_factory=dict)

    def add(self, item: _Item) -> None:
        group = self.groups.setdefault((item.group, item.detail), _Group())
        group.size += item.stored.size
        group.files += 1
        if (item.stored.size, item.stored.path) > group.largest[:2]:
            group.largest = (item.stored.size, item.stored.path, item.layer)

    def waste(self, kind: WasteKind, top: int) -> Waste:
        groups = sorted(self.groups.items(), key=lambda one: (-one[1].size, one[0]))
        return Waste(
            kind,
            WHY[kind],
            sum(group.size for _, group in groups),
            sum(group.files for _, group in groups),
            tuple(_example(*one) for one in groups[:top]),
        )


def _example(key: tuple[str, str], group: _Group) -> Example:
    place, detail = key
    _, largest, layer = group.largest
    path = place if group.files > 1 and place.startswith("/") else largest
    return Example(path, group.size, group.files, layer, detail)


def _folder(path: str) -> str:
    """The folder that a file lies in, cut to a depth."""
    return "/".join(path.split("/")[: _DEPTH + 1][: path.count("/")]) or "/"
