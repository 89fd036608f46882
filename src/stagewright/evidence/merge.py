"""Layers laid over each other, as the engine's file system does it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from stagewright.evidence.layer import LayerFiles
from stagewright.model.image import Elf, Entry, Jar, LayerChange


@dataclass(slots=True)
class Merged:
    """The state after some layers. `children` holds each directory's names, so that a whiteout is cheap."""

    entries: dict[str, Entry] = field(default_factory=dict)
    elf: dict[str, Elf] = field(default_factory=dict)
    jars: dict[str, Jar] = field(default_factory=dict)
    shebangs: dict[str, str] = field(default_factory=dict)
    children: dict[str, set[str]] = field(default_factory=dict)


def merge(layers: Iterable[tuple[str, str, LayerFiles]]) -> tuple[Merged, tuple[LayerChange, ...]]:
    """All layers, lowest first, each as (digest, the instruction that made it, its files).

    An entry that a layer repeats as it was (time apart) counts as given by the lower layer.
    """
    merged = Merged()
    changes = [
        _lay(merged, index, digest, created_by, files)
        for index, (digest, created_by, files) in enumerate(layers)
    ]
    return merged, tuple(changes)


def _lay(merged: Merged, index: int, digest: str, created_by: str, files: LayerFiles) -> LayerChange:
    gone: dict[str, Entry] = {}
    for path in sorted(files.opaque):
        for child in sorted(merged.children.get(path, ())):
            _remove(merged, posixpath.join(path, child), gone)
    for path in sorted(files.whiteouts):
        _remove(merged, path, gone)
    added, changed = set(), set()
    for entry in _with_parents(files, merged):
        path = entry.path
        before = merged.entries.get(path)
        if before and before.type == "dir" and entry.type != "dir":
            for child in sorted(merged.children.get(path, ())):
                _remove(merged, posixpath.join(path, child), gone)
        before = before or gone.pop(path, None)
        if before is None:
            added.add(path)
        elif not same(before, entry):
            changed.add(path)
        given = before.layer if before and same(before, entry) else index
        _put(merged, replace(entry, layer=given), files)
    return LayerChange(
        index, digest, created_by, files.size, frozenset(added), frozenset(changed), frozenset(gone)
    )


def same(one: Entry, other: Entry) -> bool:
    """Whether two entries are the same but for time and layer."""
    return replace(one, mtime=0, layer=0) == replace(other, mtime=0, layer=0)


def _with_parents(files: LayerFiles, merged: Merged) -> Iterator[Entry]:
    """The layer's entries in path order, with the directories that no layer names."""
    made: set[str] = set()
    for path in sorted(files.entries):
        missing = []
        folder = posixpath.dirname(path)
        while folder != "/" and folder not in made and folder not in files.entries:
            if folder in merged.entries:
                break
            missing.append(folder)
            folder = posixpath.dirname(folder)
        made.update(missing)
        yield from (Entry(folder, "dir", 0o755, 0, 0) for folder in reversed(missing))
        yield files.entries[path]


def _put(merged: Merged, entry: Entry, files: LayerFiles) -> None:
    path = entry.path
    folder, name = posixpath.split(path)
    merged.entries[path] = entry
    merged.children.setdefault(folder, set()).add(name)
    merged.elf.pop(path, None)
    merged.jars.pop(path, None)
    merged.shebangs.pop(path, None)
    if path in files.elf:
        merged.elf[path] = files.elf[path]
    if path in files.jars:
        merged.jars[path] = files.jars[path]
    if path in files.shebangs:
        merged.shebangs[path] = files.shebangs[path]


def _remove(merged: Merged, path: str, gone: dict[str, Entry]) -> None:
    """Take a path away with all below it; what was there is added to `gone`."""
    pending = [path]
    while pending:
        one = pending.pop()
        pending += [posixpath.join(one, child) for child in merged.children.pop(one, ())]
        if entry := merged.entries.pop(one, None):
            gone[one] = entry
        merged.elf.pop(one, None)
        merged.jars.pop(one, None)
        merged.shebangs.pop(one, None)
    folder, name = posixpath.split(path)
    merged.children.get(folder, set()).discard(name)
