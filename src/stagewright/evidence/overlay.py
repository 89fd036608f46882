"""Layers laid over each other: what is visible of what they store, and what hides the rest."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from stagewright.evidence.stored import Stored, StoredLayer

Hiding = Literal["deleted later", "overwritten later", "stored again"]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A file that the layer `layer` stores and the layer `by` hides.

    `stored again`: under the same path with the same content, as a change of owner or mode does it.
    """

    stored: Stored
    layer: int
    by: int
    how: Hiding


@dataclass(frozen=True, slots=True)
class Overlay:
    """`visible`: (index of the layer, record) by path, in path order. `hidden`: what has bytes."""

    visible: Mapping[str, tuple[int, Stored]]
    hidden: tuple[Hidden, ...]


def lay(layers: Iterable[StoredLayer]) -> Overlay:
    """All layers, lowest first, as the engine's file system does it."""
    below: list[StoredLayer] = []
    visible: dict[str, tuple[int, Stored]] = {}
    hidden: list[Hidden] = []
    for index, layer in enumerate(layers):
        below.append(layer)
        gone = {path: visible.pop(path) for path in _deleted(layer, visible)}
        gone |= {path: visible.pop(path) for path in layer.entries if path in visible}
        for path, (given, stored) in gone.items():
            if not stored.size:
                continue
            names = below[given].names.get(path, ())
            heir = next((name for name in names if _is_same_file(visible.get(name), given, stored)), None)
            if heir:
                # The file lives on under another name, and its bytes with it.
                visible[heir] = (given, replace(stored, path=heir))
            else:
                hidden.append(Hidden(stored, given, index, _how(stored, layer.entries.get(path))))
        visible |= {path: (index, stored) for path, stored in layer.entries.items()}
    return Overlay({path: visible[path] for path in sorted(visible)}, tuple(hidden))


def _is_same_file(other: tuple[int, Stored] | None, given: int, stored: Stored) -> bool:
    """Whether a further name that a layer gave a file is still there."""
    return other is not None and other[0] == given and (other[1].size, other[1].digest) == (0, stored.digest)


def _deleted(layer: StoredLayer, visible: Mapping[str, tuple[int, Stored]]) -> list[str]:
    """What the layer hides of those below without a new entry of the same path being the cause."""
    replaced = [
        path
        for path, stored in layer.entries.items()
        if stored.type != "dir" and path in visible and visible[path][1].type == "dir"
    ]
    if not (layer.whiteouts or layer.opaque or replaced):
        return []
    paths = sorted(visible)
    found = {path for path in layer.whiteouts if path in visible}
    folders = sorted({f"{folder.rstrip('/')}/" for folder in (*layer.whiteouts, *layer.opaque, *replaced)})
    taken = None
    for folder in folders:
        if taken is None or not folder.startswith(taken):
            start = bisect.bisect_left(paths, folder)
            # "0" is what follows "/".
            found.update(paths[start : bisect.bisect_left(paths, f"{folder[:-1]}0")])
            taken = folder
    return sorted(found)


def _how(stored: Stored, above: Stored | None) -> Hiding:
    if above is None:
        return "deleted later"
    return "stored again" if stored.digest == above.digest else "overwritten later"
