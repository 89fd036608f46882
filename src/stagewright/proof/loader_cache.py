"""What the dynamic loader finds by its cache alone: libraries in places that it does not know by itself."""

from __future__ import annotations

import re

from stagewright.proof.files import Files

PATH = "/etc/ld.so.cache"
_LISTED = re.compile(rb"(/[^\0]+)(?:\0|\Z)")
_BUILT_IN = re.compile(r"(?:/usr)?/lib(?:64)?(?:/[a-z0-9_]+-linux-[a-z0-9]+)?/[^/]+")


def lost(before: Files, after: Files) -> tuple[str, ...]:
    """The libraries that the original's cache leads to, that are there, and that the new cache lacks."""
    old, new = _listed(before), _listed(after)
    return tuple(
        path
        for path in sorted(old - new)
        if not _BUILT_IN.fullmatch(path) and after.resolve(path) is not None
    )


def _listed(side: Files) -> frozenset[str]:
    if PATH not in side.entries:
        return frozenset()
    content = side.read_many([PATH]).get(PATH, b"")
    return frozenset(found.decode("utf-8", "replace") for found in _LISTED.findall(content))
