"""The packages of an image's distribution, whichever package manager installed them."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from stagewright.model.image import ImageFiles, Manager

T = TypeVar("T")
Read = Callable[[Iterable[str]], Mapping[str, bytes]]
# What a system that keeps all programs and libraries below /usr has as links; /usr/sbin is one to /usr/bin.
_MERGED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/usr/sbin")
# Linux has no longer paths.
_LONGEST = 4096
# What all paths of a list take, in bytes: several times what the largest systems have.
_MOST_BYTES = 512 << 20
_RECORD = 128


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package.

    `depends` names packages, of a choice the first; `choices` are those of them that another one may stand
    in for. `recommends` names all of a choice.
    """

    name: str
    version: str
    depends: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    choices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Packages:
    """`installed` by name, `owner` by absolute path as it lies in the image.

    `manager` is "" where there is no database, or none that can be read: then nothing is known, and nothing
    counts as a package's. `asked` has what was installed by hand, by name, as it was asked for (`libpq<17`),
    where the database notes it.
    """

    installed: Mapping[str, Package]
    owner: Mapping[str, str]
    manager: Manager = ""
    asked: Mapping[str, str] = field(default_factory=dict)

    def closure(self, *names: str, surely: bool = False, but: Collection[str] = ()) -> frozenset[str]:
        """The installed packages with all installed ones that they depend on; `surely`: choices apart.

        What is in `but` is left out, with all that only it brings along.
        """
        found: set[str] = set()
        queue = list(names)
        while queue:
            name = queue.pop()
            if name in self.installed and name not in found and name not in but:
                found.add(name)
                queue += self._depends(name, surely)
        return frozenset(found)

    def brought(self, names: Collection[str]) -> frozenset[str]:
        """Those of the packages that another of them surely brings along without being brought by it."""
        found: set[str] = set()
        first: set[str] = set()
        for name in self._dependants_first(names):
            if name in names and name not in found:
                new = self.closure(name, surely=True, but=found)
                found |= new
                first |= self._circle(name, new)
        return frozenset(found.intersection(names) - first)

    def _depends(self, name: str, surely: bool) -> list[str]:
        package = self.installed[name]
        return [one for one in package.depends if not (surely and one in package.choices)]

    def _dependants_first(self, names: Iterable[str]) -> list[str]:
        """The closure of the packages, each before what it depends on where that does not depend on it."""
        finished: list[str] = []
        seen: set[str] = set()
        queue = [(name, False) for name in names]
        while queue:
            name, is_finished = queue.pop()
            if is_finished:
                finished.append(name)
            elif name in self.installed and name not in seen:
                seen.add(name)
                queue.append((name, True))
                queue += [(one, False) for one in self._depends(name, surely=True)]
        return finished[::-1]

    def _circle(self, name: str, within: Collection[str]) -> set[str]:
        """Those `within` that surely depend on a package, and itself."""
        dependants: defaultdict[str, list[str]] = defaultdict(list)
        for one in within:
            for other in self._depends(one, surely=True):
                dependants[other].append(one)
        found: set[str] = set()
        queue = [name]
        while queue:
            one = queue.pop()
            if one not in found:
                found.add(one)
                queue += dependants[one]
        return found


NO_PACKAGES = Packages({}, {})


def place_of(files: ImageFiles) -> Callable[[str], str]:
    """Where a packaged path lies: `/lib/x` is `/usr/lib/x` on a merged system."""
    links = {
        folder: posixpath.normpath(posixpath.join(posixpath.dirname(folder), entry.link))
        for folder in _MERGED
        if (entry := files.entries.get(folder)) and entry.type == "link"
    }

    def place(path: str) -> str:
        for folder, target in links.items():
            if path.startswith(folder + "/"):
                path = target + path[len(folder) :]
        return path

    return place


def owner_by_path(listed: Iterable[tuple[str, str, T]], place: Callable[[str], str]) -> dict[str, T]:
    """The first owner of each path, from triples of a folder, what follows it, and an owner.

    What is too long to be a path is nobody's, and so is all that a stranger's list names without an end.
    """
    found: dict[str, T] = {}
    room = _MOST_BYTES
    for folder, name, owner in listed:
        path = place(folder + name) if len(folder) + len(name) <= _LONGEST else ""
        room -= _RECORD + len(path)
        if room < 0:
            break
        if 0 < len(path) <= _LONGEST:
            found.setdefault(path, owner)
    return found
