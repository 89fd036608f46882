"""Which package a file of an image belongs to: the distribution's, Node's, Python's, Ruby's or Java's."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stagewright.evidence.gems import SPECIFICATION, gem_of, read_gems
from stagewright.evidence.installed import read_packages
from stagewright.evidence.jars import ENDINGS, read_section
from stagewright.evidence.node_modules import development_only as development_only_node
from stagewright.evidence.packages import Packages
from stagewright.evidence.packages_of_node import LOCKS
from stagewright.evidence.python_env import development_only as development_only_python
from stagewright.evidence.python_env import normal
from stagewright.evidence.records import owner_by_record
from stagewright.evidence.stored import Stored
from stagewright.model.image import Entry, ImageConfig, ImageFiles

_NODE = re.compile(r"(.*/node_modules/((?:@[^/]+/)?[^/@.][^/]*))/.+")
_RECORD = re.compile(r"(/.+/site-packages)/([^/]+)-([^-/]+)\.dist-info/RECORD")
_BYTE_CODE = re.compile(r"(.*)/__pycache__/([^/.]+)\.[^/]+\.pyc")
_LINK_DEPTH = 2


@dataclass(frozen=True, slots=True)
class Owner:
    """A package; `root` is the folder that it lies in alone, "" where it has none."""

    manager: str
    name: str
    version: str = ""
    root: str = ""


class Owners:
    """Read from the databases and lists that are among the image's visible files."""

    def __init__(
        self,
        visible: Mapping[str, tuple[int, Stored]],
        contents: Mapping[bytes, bytes],
        started: frozenset[str],
    ) -> None:
        self._visible = visible
        self._contents = contents
        self.packages: Packages = read_packages(_evidence(visible, contents), self.read_many)
        self._python = self._of_python()
        self._gems = read_gems(self.read_many(path for path in visible if SPECIFICATION.fullmatch(path)))
        self._node_development, self._python_development = self._development(started)
        self._jars: dict[bytes, tuple[str, str]] = {}

    def of(self, path: str) -> Owner | None:
        """The package that a file belongs to, the distribution's first."""
        if name := self.packages.owner.get(path):
            installed = self.packages.installed.get(name)
            return Owner(self.packages.manager, name, installed.version if installed else "")
        match = _BYTE_CODE.fullmatch(path)
        source = f"{match[1]}/{match[2]}.py" if match else path
        if owner := self._python.get(path) or self._python.get(source):
            return owner
        if match := _NODE.fullmatch(path):
            return Owner("node", match[2], root=match[1])
        if gem := gem_of(path, self._gems):
            return Owner("gem", gem.name, gem.version, f"{gem.home}/gems/{gem.full}")
        section = self.read_many([path]).get(path) if path.endswith(ENDINGS) else None
        if section is None:
            return None
        if section not in self._jars:
            jar = read_section(section)
            self._jars[section] = (jar.name, jar.version) if jar.name else ("", "")
        name, version = self._jars[section]
        return Owner("jar", name or posixpath.basename(path), version)

    def is_for_development(self, owner: Owner) -> bool:
        """Whether a lockfile marks a package as for development."""
        if owner.manager == "python":
            return normal(owner.name) in self._python_development
        ends = (match.start() for match in re.finditer("/", owner.root)) if owner.manager == "node" else ()
        return any(owner.root[at:] in self._node_development.get(owner.root[:at], ()) for at in ends)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of evidence by path; what is not kept is left out."""
        found = {path: self._visible[path][1].digest for path in paths if path in self._visible}
        return {path: self._contents[digest] for path, digest in found.items() if digest in self._contents}

    def _of_python(self) -> dict[str, Owner]:
        records = (
            (match[1], self.read_many([path]).get(path, b""), Owner("python", match[2], match[3]))
            for path in self._visible
            if path.endswith("/RECORD") and (match := _RECORD.fullmatch(path))
        )
        return owner_by_record(records)

    def _development(self, started: frozenset[str]) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
        """By the folder of a lockfile, the places below it of Node's packages; the names of Python's."""
        names = (*LOCKS, "uv.lock")
        last = {name.rpartition("/")[2] for name in names}
        folders = {
            posixpath.dirname(path).removesuffix("/node_modules")
            for path, (_, stored) in self._visible.items()
            if stored.digest in self._contents and posixpath.basename(path) in last
        }
        node: dict[str, frozenset[str]] = {}
        marked: dict[tuple[bytes | None, ...], tuple[frozenset[str], frozenset[str]]] = {}
        for folder in sorted(folders):
            contents = self.read_many(f"{folder}/{name}" for name in names)
            locks = tuple(contents.get(f"{folder}/{name}") for name in names)
            if locks not in marked:
                marked[locks] = _marked(dict(zip(names, locks, strict=True)), started)
            node[folder] = marked[locks][0]
        return node, frozenset[str]().union(*(python for _, python in marked.values()))


def _marked(
    locks: Mapping[str, bytes | None], started: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Node's and Python's packages that a folder's lockfiles mark as for development."""
    contents = {f"/{name}": content for name, content in locks.items() if content}
    try:
        node = development_only_node("", contents) or frozenset()
        python = development_only_python(contents.get("/uv.lock", b""))
    except (AttributeError, KeyError, TypeError):
        return frozenset(), frozenset()
    return _uncalled(node, started), _uncalled(python, started)


def _uncalled(marked: frozenset[str], started: frozenset[str]) -> frozenset[str]:
    """Nothing where the start calls one of the packages: what that needs is not known."""
    return frozenset() if started & {path.rpartition("/")[2] for path in marked} else marked


def _evidence(visible: Mapping[str, tuple[int, Stored]], contents: Mapping[bytes, bytes]) -> ImageFiles:
    """The files that are kept and the links near the root: what readers of databases look at."""
    entries = {
        path: Entry(path, one.type, 0o644, 0, 0, one.size, one.digest.hex(), one.link)
        for path, (_, one) in visible.items()
        if one.digest in contents or (one.link and path.count("/") <= _LINK_DEPTH)
    }
    return ImageFiles(entries, (), ImageConfig())
