"""Where the manifests of jars lead: their Class-Path names further jars and folders of classes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from stagewright.evidence.needed import Needed

# What no class loader is asked for, though it lies in a folder of classes.
_FOR_PEOPLE = frozenset({"version control", "build file", "tests"})


def follow(needs: Needed) -> None:
    """What is named by a jar that a command starts, that stays or that is needed, is needed, too."""
    jars = needs.tree.jars
    for path in sorted(needs.application.entries & jars.keys()):
        needs.file(path, "a command names it")
    queue = [path for path in jars if path in needs.files or _stays(path, needs)]
    seen = set(queue)
    while queue:
        path = queue.pop()
        for place in _named(path, needs):
            if place not in seen:
                _need(place, f"the Class-Path of {path} names it", needs)
                seen.add(place)
                queue.append(place)


def _stays(path: str, needs: Needed) -> bool:
    return path in needs.changes.made and path not in needs.reasons


def _named(path: str, needs: Needed) -> Iterator[str]:
    """The places that a jar names, beside itself and, where it is a link, beside what that leads to."""
    target = needs.tree.resolve(path) or path
    if jar := needs.tree.jars.get(target):
        for folder in sorted({posixpath.dirname(path), posixpath.dirname(target)}):
            for url in jar.class_path:
                scheme, colon, rest = url.partition(":")
                if not colon or scheme == "file":
                    yield posixpath.normpath(posixpath.join(folder, unquote(rest if colon else url)))


def _need(place: str, why: str, needs: Needed) -> None:
    needs.file(place, why)
    needs.links(place, why)
    needs.files.update(link for link in needs.tree.links(place) if link in needs.changes.made)
    folder = needs.tree.resolve(place)
    # A jar in the root that names its own folder means the whole image: what lies there stays anyway.
    for entry in needs.tree.under(folder) if folder and folder != "/" else ():
        reason = needs.reasons.get(entry.path)
        if reason is None or reason.kind not in _FOR_PEOPLE:
            needs.file(entry.path, why)
