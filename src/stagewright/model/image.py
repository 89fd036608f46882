"""What an image is, as read from the outside: configuration, files, layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FileType = Literal["file", "dir", "link", "char", "block", "fifo"]
# The package managers of distributions; "" for none.
Manager = Literal["", "apk", "dpkg", "rpm"]


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """A HEALTHCHECK as the image stores it; times in seconds, 0 where the engine's default holds."""

    test: tuple[str, ...]
    interval: float = 0.0
    timeout: float = 0.0
    start_period: float = 0.0
    start_interval: float = 0.0
    retries: int = 0

    @property
    def command(self) -> tuple[str, ...]:
        """The words that the engine runs inside; () where there is no check."""
        kind, words = self.test[:1], self.test[1:]
        if kind == ("CMD-SHELL",) and words:
            return ("/bin/sh", "-c", words[0])
        return words if kind == ("CMD",) else ()


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """The effective configuration: what a container of the image starts with."""

    env: tuple[tuple[str, str], ...] = ()
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    user: str = ""
    workdir: str = ""
    exposed: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    healthcheck: Healthcheck | None = None
    stopsignal: str = ""
    shell: tuple[str, ...] = ()
    onbuild: tuple[str, ...] = ()
    os: str = "linux"
    architecture: str = ""


def is_root(user: str) -> bool:
    """Whether a user as `USER` names it, by name or number and perhaps with a group, is root."""
    return user.partition(":")[0] in ("", "0", "root")


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of an image. `digest` is the sha256 of a file's content, "" for other types."""

    path: str
    type: FileType
    mode: int
    uid: int
    gid: int
    size: int = 0
    digest: str = ""
    link: str = ""
    xattrs: tuple[tuple[str, str], ...] = ()
    mtime: int = 0
    layer: int = 0


@dataclass(frozen=True, slots=True)
class LayerChange:
    """What one layer does: paths by kind of change, uncompressed bytes, the instruction that made it."""

    index: int
    digest: str
    created_by: str
    size: int
    added: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Build:
    """What a compiler left in a program: `says` has it in words, `section` the place."""

    says: str
    section: str


@dataclass(frozen=True, slots=True)
class Elf:
    """The dynamic section of one ELF file. Names as they stand in the file.

    `opens`: file names of further libraries that it holds as strings, as one does that calls `dlopen`.
    `built`: None where no compiler that is known to leave something left it.
    """

    needed: tuple[str, ...] = ()
    soname: str = ""
    runpath: tuple[str, ...] = ()
    interpreter: str = ""
    machine: str = ""
    opens: tuple[str, ...] = ()
    built: Build | None = None


@dataclass(frozen=True, slots=True)
class Jar:
    """What the main section of a jar's manifest says; "" for what it does not.

    `class_path`: further jars and folders, as written: URLs, relative to the jar.
    """

    name: str = ""
    version: str = ""
    main_class: str = ""
    class_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes: the layers' uncompressed sum, what of it stands above the base, the compressed sum."""

    total: int
    above_base: int | None = None
    compressed: int | None = None


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """The files of an image with whiteouts applied: `entries` by absolute path, in path order."""

    entries: Mapping[str, Entry]
    layers: tuple[LayerChange, ...]
    config: ImageConfig
    elf: Mapping[str, Elf] = field(default_factory=dict)
    jars: Mapping[str, Jar] = field(default_factory=dict)
