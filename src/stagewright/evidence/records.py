"""Python distributions' own lists of their files, which installers write."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import TypeVar

from stagewright.evidence.packages import owner_by_path

T = TypeVar("T")
RECORD = re.compile(r"(?P<site>/.+/site-packages)/(?P<name>[^/]+)-[^-/]+\.dist-info/RECORD")


def owner_by_record(records: Iterable[tuple[str, bytes, T]]) -> dict[str, T]:
    """Path → the owner of the RECORD that names it, from triples of site-packages, content and owner."""
    places: dict[bytes, list[tuple[str, T]]] = {}
    for site, content, owner in records:
        places.setdefault(content, []).append((f"{site}/", owner))
    listed = (
        ("" if name.startswith("/") else site, name, owner)
        for content, owners in places.items()
        for names in [_names(content)]
        for site, owner in owners
        for name in names
    )
    return owner_by_path(listed, posixpath.normpath)


def _names(content: bytes) -> list[str]:
    """What a RECORD names, as it does."""
    lines = content.decode("utf-8", "replace").splitlines()
    return [line.rsplit(",", 2)[0].strip('"') for line in lines if line.count(",") >= 2]


def recorded(record: str, content: bytes, paths: set[str]) -> frozenset[str]:
    """The paths that a RECORD names, byte code of its modules included."""
    site = posixpath.dirname(posixpath.dirname(record))
    named = owner_by_record([(site, content, record)]).keys()
    modules = {path.removesuffix(".py") for path in named if path.endswith(".py")}
    folders = {posixpath.join(posixpath.dirname(path), "__pycache__") for path in modules}
    compiled = {
        path
        for path in paths
        if path.endswith(".pyc")
        and posixpath.dirname(path) in folders
        and posixpath.join(
            posixpath.dirname(posixpath.dirname(path)), posixpath.basename(path).split(".", 1)[0]
        )
        in modules
    }
    return frozenset((named & paths) | compiled)
