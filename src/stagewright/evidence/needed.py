"""What must be there besides the user's own files, and what each thing that is needed brings along."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from stagewright.evidence import start
from stagewright.evidence.application import Application
from stagewright.evidence.changes import Changes
from stagewright.evidence.packages import Packages
from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import Fact, Reason

DOCUMENTATION = re.compile(r"/usr/share/(?:doc|man|info|locale|lintian|bug|gtk-doc|doc-base)(?:/.*)?")
CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
# Packages that are needed for their data, and where it lies.
DATA = {"ca-certificates": CA_BUNDLE, "tzdata": "/usr/share/zoneinfo"}
# Where a program of a base lies that is needed with all that lies beside it.
_HOME = re.compile(
    r"/opt/[^/]+|/usr/local/lib/node_modules/(?:@[^/]+/)?[^/]+|/usr/local/(?:go|cargo|rustup)(?=/)"
)
# Scripts whose interpreters are scripts: the kernel follows few of them, and more where `env` is in between.
_INTERPRETERS = 40
_TK = re.compile(r"\b(?:tkinter|turtle|TkAgg|customtkinter)\b")


@dataclass
class Needed:
    """`packages`: package → why; `loose`: paths of the base, outside any package → why; `files`: all paths.

    `reasons` are those that made paths have for going; `words` what code may mean by the names of programs.
    """

    tree: ImageTree
    changes: Changes
    database: Packages
    before: Packages
    packaged: Mapping[str, str]
    reasons: Mapping[str, Reason]
    application: Application
    packages: dict[str, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    loose: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)

    def with_dependencies(self) -> frozenset[str]:
        """The needed packages and all that they depend on; of data packages, only themselves."""
        programs = self.packages.keys() - DATA.keys()
        return self.database.closure(*programs).union(self.packages)

    def asked_for(self) -> dict[str, str]:
        """The needed packages that no other needed one brings along, where a choice is left to apt."""
        chosen = self.with_dependencies() - self.database.closure(*self.packages, surely=True)
        needed = self.packages | dict.fromkeys(sorted(chosen), "of what would do, the original has this")
        brought = self.database.brought(needed.keys())
        return {name: why for name, why in needed.items() if name not in brought}

    def program(self, name: str, why: str) -> None:
        """A program by its name or path, with the links before it and its interpreters."""
        for _ in range(_INTERPRETERS):
            place = start.program_place(name, self.tree) if name else None
            path = self.tree.resolve(place) if place else None
            if not place or not path:
                return
            self.file(path, why)
            self.links(place, why)
            inner = start.interpreter(self.tree.shebangs.get(path, ""))
            if inner.rpartition("/")[2] == name.rpartition("/")[2]:
                return
            name, why = inner, f"{path} names it in its first line"

    def links(self, place: str, why: str) -> None:
        """The links that lead to a program have owners of their own: `python3` has, and so has `awk`."""
        for link in self.tree.links(place):
            if link.count("/") == 1:  # /bin of a merged system
                continue
            if (owner := self.packaged.get(link)) and owner not in self.packages:
                self.need(owner, why)
            elif not owner and link not in self.changes.made:
                self.files.add(link)
                self.loose.setdefault(link, why)

    def file(self, path: str, why: str) -> None:
        """A file that is needed with its package, or by itself; what of the user stays is there anyway."""
        target = self.tree.resolve(path)
        entry = self.tree.entries.get(target) if target else None
        if target is None or entry is None or entry.type != "file":
            return
        if target in self.changes.made and target not in self.reasons:
            return
        if target in self.files:
            return
        self.files.add(target)
        owner = self.packaged.get(target)
        if owner:
            if owner not in self.packages:
                self.need(owner, why, target)
        elif target not in self.changes.made:
            self.loose.setdefault(target, why)
            self._interpreter(target)
            if home := _HOME.match(target):
                self.files.update(one.path for one in self.tree.under(home[0]) if one.type != "dir")

    def _interpreter(self, path: str) -> None:
        """A Python outside any package brings its standard library along."""
        if match := re.fullmatch(r"(/usr/local)/bin/(python3\.\d+)", path):
            home = f"{match[1]}/lib/{match[2]}"
            skip = re.compile(
                rf"{re.escape(home)}/(?:site-packages|test|idlelib|tkinter|turtledemo|ensurepip|config-[^/]*|.*__pycache__|.*/tests?)(?:/.*)?"
            )
            if not any(_TK.search(text) for text in self.application.live.values()):
                skip = re.compile(rf"{skip.pattern}|{re.escape(home)}/lib-dynload/_tkinter\..*")
            self.files.update(
                entry.path
                for entry in self.tree.under(home)
                if entry.type == "file"
                and not skip.fullmatch(entry.path)
                and entry.path not in self.changes.made
            )

    def package(self, name: str, why: str) -> None:
        """A package, where the original has it installed."""
        if name in self.database.installed and name not in self.packages:
            self.need(name, why)

    def library(self, name: str, why: str) -> None:
        """A library by its file name, with or without its version."""
        form = re.compile(rf"{re.escape(name)}(?:\.[\d.]+)?")
        for path in self.libraries_by_stem.get(name.removeprefix("lib").partition(".so")[0], ()):
            if form.fullmatch(posixpath.basename(path)):
                self.file(path, why)

    @cached_property
    def libraries_by_stem(self) -> Mapping[str, list[str]]:
        """`z` → where `libz.so` and its versions lie."""
        found: dict[str, list[str]] = {}
        for path in self.tree.elf:
            if match := re.fullmatch(r".*/lib([^/]+?)\.so(?:\.[\d.]+)?", path):
                found.setdefault(match[1], []).append(path)
        return found

    @cached_property
    def development_links(self) -> frozenset[str]:
        """Links without a version, which packages for development have."""
        return frozenset(
            path
            for path, entry in self.tree.entries.items()
            if entry.type == "link" and path.endswith(".so") and path in self.packaged
        )

    def need(self, name: str, why: str, value: str = "") -> None:
        """Note a package, and the fact."""
        self.packages.setdefault(name, why)
        self.facts.append(Fact(name, "needed package", value or name, "image", why))
