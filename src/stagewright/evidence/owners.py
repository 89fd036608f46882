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
    """Read from the databases and lists that are among the image's visible files.

    `development`: names of Python's and folders of Node's packages that a lockfile marks as for development.
    """

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
        self.development = self._development(started)

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
        jar = read_section(section)
        return Owner("jar", jar.name or posixpath.basename(path), jar.version if jar.name else "")

    def is_for_development(self, owner: Owner) -> bool:
        return (owner.root or normal(owner.name)) in self.development and owner.manager in ("node", "python")

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of evidence by path; what is not kept is left out."""
        found = {path: self._visible[path][1].digest for path in paths if path in self._visible}
        return {path: self._contents[digest] for path, digest in found.items() if digest in self._contents}

    def _of_python(self) -> dict[str, Owner]:
        owners: dict[str, Owner] = {}
        for path in self._visible:
            if not path.endswith("/RECORD") or not (match := _RECORD.fullmatch(path)):
                continue
            owner = Owner("python", match[2], match[3])
            for line in self.read_many([path]).get(path, b"").decode("utf-8", "replace").splitlines():
                if line.count(",") >= 2:
                    file = posixpath.normpath(posixpath.join(match[1], line.rsplit(",", 2)[0].strip('"')))
                    owners.setdefault(file, owner)
        return owners

    def _development(self, started: frozenset[str]) -> frozenset[str]:
        """Of a project whose start calls such a package nothing is said: what that needs is not known."""
        found: set[str] = set()
        locks = {name.rpartition("/")[2] for name in LOCKS} | {"uv.lock"}
        folders = {
            posixpath.dirname(path).removesuffix("/node_modules")
            for path, (_, stored) in self._visible.items()
            if stored.digest in self._contents and posixpath.basename(path) in locks
        }
        for folder in sorted(folders):
            contents = self.read_many([*(f"{folder}/{name}" for name in LOCKS), f"{folder}/uv.lock"])
            try:
                node = development_only_node(folder, contents) or frozenset()
                python = development_only_python(contents.get(f"{folder}/uv.lock", b""))
            except (AttributeError, KeyError, TypeError):
                continue
            for marked in (node, python):
                if not started & {path.rpartition("/")[2] for path in marked}:
                    found |= marked
        return frozenset(found)


def _evidence(visible: Mapping[str, tuple[int, Stored]], contents: Mapping[bytes, bytes]) -> ImageFiles:
    """The files that are kept and the links near the root: what readers of databases look at."""
    entries = {
        path: Entry(path, one.type, 0o644, 0, 0, one.size, one.digest.hex(), one.link)
        for path, (_, one) in visible.items()
        if one.digest in contents or (one.link and path.count("/") <= _LINK_DEPTH)
    }
    return ImageFiles(entries, (), ImageConfig())
