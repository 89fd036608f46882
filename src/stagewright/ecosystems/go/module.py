"""go.mod and the code of a module, read."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from stagewright.ecosystems.selection import is_test
from stagewright.model.project import Project
from stagewright.project import read_sources

# Minor versions that have images of their own; the newest is for modules of older ones, which it builds too.
KNOWN = range(24, 27)
_GO = re.compile(r"^go\s+1\.(\d{1,9})(?!\d)", re.MULTILINE)
_MODULE = re.compile(r"^module\s+\"?([^\s\"]+)", re.MULTILINE)
_MAIN = re.compile(r"^func main\(\)", re.MULTILINE)
_PACKAGE_MAIN = re.compile(r"^package main\b", re.MULTILINE)
_USES_C = re.compile(r"^[ \t]*+(?:import\s+)?\"C\"", re.MULTILINE)
_BUILD_IGNORE = re.compile(r"^//go:build ignore\b|^// \+build ignore\b", re.MULTILINE)
_NEEDS_C = (
    *("github.com/mattn/go-sqlite3", "github.com/confluentinc/confluent-kafka-go", "github.com/DataDog/zstd"),
    *("gopkg.in/gographics/imagick", "github.com/h2non/bimg", "github.com/davidbyttow/govips"),
    *("github.com/libgit2/git2go", "github.com/godror/godror", "github.com/linxGnu/grocksdb"),
)
# Their C code is compiled in and links to nothing but the C library.
_ONLY_LIBC = ("github.com/mattn/go-sqlite3", "github.com/DataDog/zstd")
# What `replace` and a workspace's `use` name of the context: the path begins with a dot.
_LOCAL = re.compile(r"(?<![^\s\"`])\.{1,2}(?:/[^\s\"`]*)?(?![^\s\"`])")
_LINKS = re.compile(r"^(?>[^\n]*?#cgo\b)[^\n]*?LDFLAGS:([^\n]*)", re.MULTILINE)
_CALLS = re.compile(r"\bexec\.(?:Command|LookPath|CommandContext)\((?:\s*[\w.()]+\s*,)?\s*\"([^\"\s]+)\"")
_LITERAL = re.compile(r"[\"`](?:file://)?(?:\./)?([^\"`\n/]+)(?:/[^\"`\n]*)?[\"`]")


@dataclass(frozen=True, slots=True)
class Module:
    """`code` are path and text of the Go files, tests left out."""

    path: str
    minor: int
    code: tuple[tuple[str, str], ...]
    text: str

    @classmethod
    def read(cls, project: Project) -> Module:
        text = project.texts.get("go.mod", "")
        go, path = _GO.search(text), _MODULE.search(text)
        code = tuple(
            (name, source)
            for name, source in read_sources(project, (".go",))
            if not is_test(name) and not name.startswith("vendor/") and not _BUILD_IGNORE.search(source)
        )
        return cls(path[1] if path else "", int(go[1]) if go else 0, code, text)

    @property
    def image(self) -> str:
        """A release is named, as what the program links to must be what it runs on."""
        minor = self.minor if self.minor >= KNOWN[0] else KNOWN[-1]
        return f"golang:1.{minor}-bookworm"

    def programs(self) -> tuple[str, ...]:
        """The folders of the main packages, "." for the root, in path order."""
        folders = {
            str(PurePosixPath(path).parent)
            for path, source in self.code
            if _PACKAGE_MAIN.search(source) and _MAIN.search(source)
        }
        return tuple(sorted(folders))

    def uses_c(self) -> bool:
        return any(_USES_C.search(source) for _, source in self.code) or any(
            name in self.text for name in _NEEDS_C
        )

    def links_to_more_than_libc(self) -> bool:
        flags = " ".join(match for _, source in self.code for match in _LINKS.findall(source)).split()
        known = any(name in self.text for name in _NEEDS_C if name not in _ONLY_LIBC)
        return known or any(flag not in ("-lm", "-ldl", "-lpthread", "-lrt") for flag in flags)

    def called(self) -> frozenset[str]:
        """Programs that the code starts by a literal."""
        return frozenset(name for _, source in self.code for name in _CALLS.findall(source))

    def opened(self, project: Project) -> tuple[str, ...]:
        """Top-level files and folders of the context that a literal names: what the program may open.

        What `//go:embed` names alone is in the program already; a folder of Go code alone is no data.
        """
        named = {name for _, source in self.code for name in _LITERAL.findall(source)}
        data = {
            path.split("/", 1)[0] for path in project.files if not path.endswith(".go") and not is_test(path)
        }
        return tuple(sorted(named & data - {"go.mod", "go.sum", "vendor", "Dockerfile", "Makefile"}))


def local_modules(project: Project) -> tuple[str, ...]:
    """The folders of the modules that the root's module or workspace takes from the context, "" its own."""
    found: dict[str, None] = {}
    left = [""]
    while left:
        folder = left.pop()
        if folder in found:
            continue
        found[folder] = None
        for name in ("go.mod", "go.work"):
            text = project.texts.get(posixpath.join(folder, name), "")
            places = (posixpath.normpath(posixpath.join(folder, path)) for path in _LOCAL.findall(text))
            left += [place for place in places if place != "."]
    return tuple(found)
