"""Debian packages of an image: what is installed and who owns which path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from stagewright.model.image import ImageFiles

_STATUS = "/var/lib/dpkg/status"
_STATUS_FOLDER = "/var/lib/dpkg/status.d/"
_INFO = "/var/lib/dpkg/info/"


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package; `depends` holds alternatives' first names only, `recommends` all of each."""

    name: str
    version: str
    depends: tuple[str, ...] = ()
    recommends: tuple[tuple[str, ...], ...] = ()
    provides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Packages:
    """`installed` by name, `owner` by absolute path (as packaged, usrmerge undone by `owner_of`)."""

    installed: Mapping[str, Package]
    owner: Mapping[str, str]

    def closure(self, name: str) -> frozenset[str]:
        """The installed package with all installed ones that it depends on."""
        found: set[str] = set()
        queue = [name]
        while queue:
            package = self.installed.get(queue.pop())
            if package and package.name not in found:
                found.add(package.name)
                queue += package.depends
        return frozenset(found)

    def recommended(self, names: Iterable[str]) -> Mapping[str, str]:
        """The installed packages that some of `names` recommend: each with the one that does."""
        providers: dict[str, list[str]] = {}
        for package in self.installed.values():
            for name in (package.name, *package.provides):
                providers.setdefault(name, []).append(package.name)
        found: dict[str, str] = {}
        for name in sorted(names):
            groups = self.installed[name].recommends if name in self.installed else ()
            for other in (one for group in groups for either in group for one in providers.get(either, ())):
                found.setdefault(other, name)
        return found

    def owner_of(self, path: str) -> str | None:
        """The package that a path belongs to; `/lib/x` and `/usr/lib/x` are one on a merged system."""
        found = self.owner.get(path)
        if found is None and path.startswith("/usr/"):
            found = self.owner.get(path.removeprefix("/usr"))
        elif found is None and path.startswith(("/lib", "/bin/", "/sbin/")):
            found = self.owner.get("/usr" + path)
        return found


def read_packages(files: ImageFiles, read: Callable[[Iterable[str]], Mapping[str, bytes]]) -> Packages:
    """Read dpkg's database; an image without one has no packages."""
    lists = {}
    wanted = [_STATUS] if _STATUS in files.entries else []
    for path in files.entries:
        if path.startswith(_INFO) and path.endswith(".list"):
            lists[path] = path.removeprefix(_INFO).removesuffix(".list").partition(":")[0]
        elif path.startswith(_STATUS_FOLDER) and not path.endswith(".md5sums"):
            wanted.append(path)
    contents = read([*wanted, *lists])
    installed: dict[str, Package] = {}
    for path in wanted:
        for package in _stanzas(contents.get(path, b"").decode("utf-8", "replace")):
            installed[package.name] = package
    owner: dict[str, str] = {}
    for path, name in sorted(lists.items()):
        for line in contents.get(path, b"").decode("utf-8", "replace").splitlines():
            if line not in ("/.", ""):
                owner.setdefault(line, name)
    return Packages(dict(sorted(installed.items())), owner)


def _stanzas(text: str) -> list[Package]:
    packages = []
    for stanza in text.split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1] in (" ", "\t"):
                fields[name] = fields.get(name, "") + line
            else:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        status = fields.get("Status", "install ok installed")
        if "Package" in fields and status.endswith(" installed"):
            depends = fields.get("Pre-Depends", "") + "," + fields.get("Depends", "")
            packages.append(
                Package(
                    fields["Package"],
                    fields.get("Version", ""),
                    tuple(group[0] for group in _relations(depends)),
                    _relations(fields.get("Recommends", "")),
                    tuple(group[0] for group in _relations(fields.get("Provides", ""))),
                )
            )
    return packages


def _relations(text: str) -> tuple[tuple[str, ...], ...]:
    """`a (>= 1) | b:any, c` → `(("a", "b"), ("c",))`."""
    groups = (
        [one.split("(")[0].split(":")[0].strip() for one in part.split("|")] for part in text.split(",")
    )
    return tuple(tuple(group) for group in groups if group[0])
