"""Alpine's packages of an image: the installed database and the list of what was asked for.

The format is apk's own (`apk-package(5)`): stanzas of `X:value` lines, where `F:` opens a folder and each
`R:` is a file in it. Dependencies name what a package provides (`so:libpq.so.5`, `cmd:psql`, `/bin/sh`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from stagewright.evidence.packages import Package, Packages, Read, owner_by_path, place_of
from stagewright.model.image import ImageFiles

_DATABASES = ("/usr/lib/apk/db/installed", "/lib/apk/db/installed")
_WORLD = "/etc/apk/world"
_CONSTRAINT = re.compile(r"[<>=~@]")


@dataclass(slots=True)
class _Stanza:
    """`files`: the folder and the name of each."""

    name: str = ""
    version: str = ""
    depends: list[str] = field(default_factory=list)
    provides: list[str] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)


def read(files: ImageFiles, contents_of: Read) -> Packages | None:
    """Read apk's database; None for an image without one."""
    database = next((path for path in _DATABASES if path in files.entries), "")
    contents = contents_of([database, _WORLD]) if database else {}
    if database not in contents:
        return None
    stanzas = _stanzas(contents[database].decode("utf-8", "replace"))
    place = place_of(files)
    listed = ((folder, name, one.name) for one in stanzas for folder, name in one.files)
    owner = owner_by_path(listed, place)
    provider: dict[str, str] = {}
    for one in stanzas:
        for provided in one.provides:
            provider.setdefault(_bare(provided), one.name)
    provider |= {one.name: one.name for one in stanzas}

    def named(word: str) -> str:
        return owner.get(place(word), "") if word.startswith("/") else provider.get(_bare(word), "")

    installed = {one.name: Package(one.name, one.version, _named(one.depends, named)) for one in stanzas}
    world = contents.get(_WORLD, b"").decode("utf-8", "replace").split()
    asked = {name: word for word in world if (name := named(word))}
    return Packages(dict(sorted(installed.items())), owner, "apk", asked)


def _stanzas(text: str) -> list[_Stanza]:
    found = []
    for block in text.split("\n\n"):
        stanza, folder = _Stanza(), "/"
        for line in block.splitlines():
            key, _, value = line.partition(":")
            if key == "P":
                stanza.name = value
            elif key == "V":
                stanza.version = value
            elif key == "D":
                stanza.depends += value.split()
            elif key == "p":
                stanza.provides += value.split()
            elif key == "F":
                folder = f"/{value}/" if value else "/"
                stanza.files += [("/", value)] if value else []
            elif key == "R":
                stanza.files.append((folder, value))
        if stanza.name:
            found.append(stanza)
    return found


def _bare(word: str) -> str:
    """The name without the version or repository that it is bound to."""
    return _CONSTRAINT.split(word, maxsplit=1)[0]


def _named(words: Iterable[str], named: Callable[[str], str]) -> tuple[str, ...]:
    """The packages that dependencies mean; a conflict (`!name`) names none."""
    return tuple(dict.fromkeys(name for word in words if (name := named(word))))
