"""Which paths of the original come along, as the fewest COPYs that leave the rest behind."""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from stagewright.model.evidence import Evidence
from stagewright.model.image import Entry, ImageFiles

# A folder that also holds something of the base is taken whole when that is little beside a long list.
_SHARED_BYTES = 16 << 20
_LONG_LIST = 12
_LIBRARIES = ("site-packages", "dist-packages")
# Tests that a build compiled along are not worth naming each file beside them.
_OUTPUTS = ("dist", "build", "out", "lib")
_DEPENDENCIES = (*_LIBRARIES, "node_modules", ".venv", "venv", "vendor")
_TOP = re.compile(rf"/(?:[^/]+/)*?(?:{'|'.join(map(re.escape, _DEPENDENCIES))})(?=/)")


@dataclass(frozen=True, slots=True)
class Copy:
    """One folder taken whole, or files of one folder; absolute paths that stay the same."""

    paths: tuple[str, ...]
    stage: str
    is_folder: bool


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """`folders` are made by themselves, as they have an owner or mode of their own or hold nothing."""

    copies: tuple[Copy, ...]
    folders: tuple[Entry, ...]
    links: tuple[Entry, ...]


def plan_copies(
    original: ImageFiles,
    evidence: Evidence,
    loose: Iterable[str] = (),
    replaced: Mapping[str, str] | None = None,
    installed: frozenset[str] = frozenset(),
    *,
    builder: str = "builder",
) -> CopyPlan:
    """`loose` are needed paths of the base; `replaced` maps folders to the stage that gives them instead.

    `builder` names the stage that has all of the original. `installed` are files as the installation left
    them, which `deps` has and the builder has not.
    """
    planner = _Planner(original, evidence, frozenset(loose), replaced or {}, installed, builder)
    planner.visit("/")
    copies = sorted(planner.copies, key=lambda copy: (_age(copy), copy.paths))
    return CopyPlan(tuple(copies), tuple(planner.folders), tuple(planner.links))


def scattered(plan: CopyPlan) -> Mapping[str, int]:
    """The folders of dependencies of which many parts come along one by one, and how many."""
    tops = (_TOP.match(copy.paths[0]) for copy in plan.copies)
    counts = Counter(top[0] for top in tops if top)
    return {folder: count for folder, count in sorted(counts.items()) if count > _LONG_LIST}


@dataclass(slots=True)
class _Planner:
    original: ImageFiles
    evidence: Evidence
    loose: frozenset[str]
    replaced: Mapping[str, str]
    installed: frozenset[str]
    builder: str
    children: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    kept: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)
    foreign: Counter[str] = field(default_factory=Counter)
    foreign_bytes: Counter[str] = field(default_factory=Counter)
    copies: list[Copy] = field(default_factory=list)
    folders: list[Entry] = field(default_factory=list)
    links: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        for path, entry in self.original.entries.items():
            self.children[posixpath.dirname(path)].append(path)
            kept = path in self.evidence.made and path not in self.evidence.reasons
            if path in self.loose or (kept and path not in self.evidence.provided):
                self._count(self.kept, path, 1)
            elif path in self.evidence.reasons:
                self._count(self.gone, path, 1)
            elif entry.type != "dir":
                self._count(self.foreign, path, 1)
                self._count(self.foreign_bytes, path, entry.size)

    def _count(self, counter: Counter[str], path: str, amount: int) -> None:
        while path != "/":
            counter[path] += amount
            path = posixpath.dirname(path)

    def visit(self, folder: str) -> None:
        files = []
        for path in self.children.get(folder, ()):
            entry = self.original.entries[path]
            if not self.kept[path]:
                continue
            if path in self.replaced:
                self.copies.append(Copy((path,), self.replaced[path], True))
            elif entry.type == "dir":
                self._folder(path, entry)
            elif entry.type == "link":
                self.links.append(entry)
            elif entry.type == "file":
                files.append(path)
        if files:
            mine = tuple(path for path in files if path not in self.installed)
            others = tuple(path for path in files if path in self.installed)
            self.copies += [
                Copy(paths, stage, False)
                for paths, stage in ((mine, self.builder), (others, "deps"))
                if paths
            ]

    def _folder(self, path: str, entry: Entry) -> None:
        empty = self._is_empty(path)
        # A COPY gives the folder that it fills to root, with 0755.
        if empty or (path in self.evidence.made and not _is_plain(entry)):
            self.folders.append(entry)
        if empty:
            return
        if self._whole(path):
            self.copies.append(Copy((path,), self.builder, True))
        else:
            self.visit(path)

    def _is_empty(self, path: str) -> bool:
        """Whether nothing below it is kept but folders."""
        return not any(self.kept[child] for child in self.children.get(path, ()))

    def _whole(self, path: str) -> bool:
        if any(name.startswith(path + "/") for name in self.installed):
            return False
        if (self.gone[path] and not self._may_go_along(path)) or any(
            name.startswith(path + "/") for name in self.replaced
        ):
            return False
        if not self.foreign[path]:
            return path in self.evidence.made or self.kept[path] > 1
        if self.foreign_bytes[path] > _SHARED_BYTES:
            return False
        return posixpath.basename(path) in _LIBRARIES or self._parts(path) > _LONG_LIST

    def _may_go_along(self, path: str) -> bool:
        """Whether all that could stay behind is byte code, or tests beside what a build made."""
        kinds = {reason.kind for one, reason in self.evidence.reasons.items() if one.startswith(path + "/")}
        name = posixpath.basename(path)
        more = {"tests"} if name in _OUTPUTS else {"installer state"} if name == "node_modules" else set()
        return kinds <= {"byte code"} | more

    def _parts(self, path: str) -> int:
        return sum(bool(self.kept[child]) for child in self.children.get(path, ()))


def _is_plain(entry: Entry) -> bool:
    return (entry.uid, entry.gid, entry.mode & 0o7777) == (0, 0, 0o755)


def _age(copy: Copy) -> int:
    """Dependencies change least: they come first."""
    parts = set(copy.paths[0].split("/"))
    return 0 if parts & set(_DEPENDENCIES) else 1
