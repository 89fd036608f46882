"""What is in an image, and what of it is waste."""

from __future__ import annotations

import os
import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from stagewright.engine import Engine
from stagewright.engine.saved import open_saved
from stagewright.engine.source import ImageSource, from_engine
from stagewright.errors import UsageError
from stagewright.evidence.overlay import Overlay, lay
from stagewright.evidence.owners import Owner, Owners
from stagewright.evidence.stored import Stored, StoredLayer, read_stored
from stagewright.evidence.waste import Wasted, find_waste, started
from stagewright.model.inventory import FolderUse, Inventory, LayerUse, PackageUse

_DEPTH = 4


def image(ref: str, top: int = 10) -> Inventory:
    """Take stock of an image: a saved one, archive or OCI layout, where `ref` is a path, else the engine's.

    Of folders, packages and examples the largest `top` are listed. Raises UsageError for what is neither or
    is broken, EngineMissing.
    """
    with _opened(ref) as source:
        return take_stock(source, top)


@contextmanager
def _opened(ref: str) -> Iterator[ImageSource]:
    if os.path.exists(ref):  # noqa: PTH110 (it is False for what can be no path)
        with open_saved(Path(ref)) as source:
            yield source
    elif not ref.strip() or ref.startswith((".", "/")) or ref.endswith(".tar"):
        raise UsageError(f"{ref!r}: there is no such path", "Save an image: `docker save -o FILE IMAGE`.")
    else:
        with Engine.connect() as engine:
            yield from_engine(engine, ref)


def take_stock(source: ImageSource, top: int) -> Inventory:
    """Read the layers once, as a stream; what is kept of them is a small record for each path."""
    stored = read_stored(source)
    overlay = lay(stored.layers)
    package = _package(source, overlay, stored.contents)
    programs = started(source.config, package)
    owners = Owners(overlay.visible, stored.contents, programs)
    made_by = {layer.index: layer.created_by for layer in source.layers}
    wasted = find_waste(overlay, owners, programs, made_by, top)
    packages = _packages(overlay.visible, owners)
    return Inventory(
        name=source.name,
        platform=f"{source.config.os}/{source.config.architecture}",
        size=sum(layer.size for layer in stored.layers),
        stored=sum(_content(layer) for layer in stored.layers),
        visible=sum(one.size for _, one in overlay.visible.values()),
        files=sum(one.type != "dir" for _, one in overlay.visible.values()),
        layers=tuple(_layers(source, stored.layers, wasted)),
        folders=_folders(overlay.visible, top),
        packages_found=len(packages),
        packages=packages[:top],
        waste=wasted.kinds,
    )


def _package(source: ImageSource, overlay: Overlay, contents: Mapping[bytes, bytes]) -> bytes | None:
    """The `package.json` where the image starts."""
    found = overlay.visible.get(posixpath.join("/", source.config.workdir, "package.json"))
    return contents.get(found[1].digest) if found else None


def _layers(source: ImageSource, stored: tuple[StoredLayer, ...], wasted: Wasted) -> Iterator[LayerUse]:
    for layer, one in zip(source.layers, stored, strict=True):
        files = sum(entry.type != "dir" for entry in one.entries.values())
        waste = wasted.by_layer.get(layer.index, {})
        yield LayerUse(layer.index, layer.digest, layer.created_by, one.size, files, _content(one), waste)


def _content(layer: StoredLayer) -> int:
    return sum(entry.size for entry in layer.entries.values())


def _folders(visible: Mapping[str, tuple[int, Stored]], top: int) -> tuple[FolderUse, ...]:
    """The largest, down to a depth, in path order."""
    sizes: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for path, (_, stored) in visible.items():
        if stored.type == "dir":
            continue
        parts = path.split("/")[1:-1]
        for depth in range(1, min(len(parts), _DEPTH) + 1):
            folder = "/" + "/".join(parts[:depth])
            sizes[folder] += stored.size
            files[folder] += 1
    largest = sorted(sizes, key=lambda path: (-sizes[path], path))[:top]
    return tuple(
        FolderUse(folder, sizes[folder], files[folder])
        for folder in sorted(largest, key=lambda path: path.split("/"))
    )


def _packages(visible: Mapping[str, tuple[int, Stored]], owners: Owners) -> tuple[PackageUse, ...]:
    """All packages with a file that is there, the largest first; what is there in several places is one."""
    by_layer: dict[Owner, Counter[int]] = defaultdict(Counter)
    files: Counter[Owner] = Counter()
    for path, (layer, stored) in visible.items():
        if stored.type != "dir" and (owner := owners.of(path)):
            one = Owner(owner.manager, owner.name, owner.version)
            by_layer[one][layer] += stored.size
            files[one] += 1
    found = (
        PackageUse(
            one.manager,
            one.name,
            one.version,
            layers.total(),
            files[one],
            min(layers, key=lambda layer: (-layers[layer], layer)),
        )
        for one, layers in by_layer.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.size, one.manager, one.name, one.version)))
