"""The packages of an image's distribution, whichever package manager installed them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
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

    def closure(self, name: str, *, surely: bool = False) -> frozenset[str]:
        """The installed package with all installed ones that it depends on; `surely`: choices apart."""
        found: set[str] = set()
        queue = [name]
        while queue:
            package = self.installed.get(queue.pop())
            if package and package.name not in found:
                found.add(package.name)
                queue += [one for one in package.depends if not (surely and one in package.choices)]
        return frozenset(found)


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
        if len(folder) + len(name) > _LONGEST:
            continue
        path = place(folder + name)
        room -= _RECORD + len(path)
        if room < 0:
            break
        if len(path) <= _LONGEST:
            found.setdefault(path, owner)
    return found
