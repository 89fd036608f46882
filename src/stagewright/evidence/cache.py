"""What was learnt of a layer is kept on the machine: a layer's content never changes under its digest."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

from stagewright.caching import cache_folder
from stagewright.evidence.layer import LayerFiles
from stagewright.model.image import Build, Elf, Entry, Jar

FORMAT = "3"
LIMIT_BYTES = 256 << 20


class LayerCache:
    """A folder of layers by digest; a folder that cannot be written to is no error, nothing is kept then.

    Beside each layer lies an empty file for each blob that holds it in another form, `<blob>.is.<digest>`,
    and its compressed size, `<digest>.packed`, once it was measured.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder() / f"layers-{FORMAT}"

    def names(self, digests: Collection[str]) -> frozenset[str]:
        """These layers' digests, and the names of the blobs that are known to hold them in another form."""
        pairs = (path.name.split(".is.") for path in self._folder.glob("*.is.*"))
        blobs = {f"sha256:{blob}" for blob, digest in pairs if f"sha256:{digest}" in digests}
        return frozenset(digests) | blobs

    def load(self, digest: str) -> LayerFiles | None:
        """The layer; None where it is not here or cannot be read."""
        import zstandard

        path = self._path(digest)
        try:
            data = zstandard.ZstdDecompressor().decompress(path.read_bytes())
            layer = _from_json(json.loads(data))
            path.touch()
        except (OSError, ValueError, TypeError, KeyError, zstandard.ZstdError):
            return None
        return layer

    def save(self, digest: str, blob: str, layer: LayerFiles) -> None:
        """Keep a layer, at the cost of those that were not asked for the longest."""
        import zstandard

        data = zstandard.ZstdCompressor(level=3).compress(json.dumps(_to_json(layer)).encode())
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room(len(data))
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
                file.write(data)
            Path(file.name).replace(self._path(digest))
            if blob and blob != digest:
                (self._folder / f"{_hex(blob)}.is.{_hex(digest)}").touch()

    def packed_size(self, digest: str) -> int | None:
        """The layer's compressed bytes; None where nobody has measured them."""
        try:
            return int((self._folder / f"{_hex(digest)}.packed").read_text())
        except (OSError, ValueError):
            return None

    def save_packed_size(self, digest: str, size: int) -> None:
        """Keep a layer's compressed bytes."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{_hex(digest)}.packed").write_text(str(size))

    def _path(self, digest: str) -> Path:
        return self._folder / f"{_hex(digest)}.json.zst"

    def _make_room(self, size: int) -> None:
        kept = sorted(self._folder.glob("*.json.zst"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept:
            size += path.stat().st_size
            if size > LIMIT_BYTES:
                path.unlink()
                for alias in self._folder.glob(f"*.is.{path.name.removesuffix('.json.zst')}"):
                    alias.unlink()


def _hex(digest: str) -> str:
    return digest.removeprefix("sha256:")


def _to_json(layer: LayerFiles) -> dict[str, Any]:
    return {
        "entries": [astuple(entry) for entry in layer.entries.values()],
        "whiteouts": sorted(layer.whiteouts),
        "opaque": sorted(layer.opaque),
        "elf": {path: astuple(elf) for path, elf in layer.elf.items()},
        "jars": {path: astuple(jar) for path, jar in layer.jars.items()},
        "shebangs": dict(layer.shebangs),
        "size": layer.size,
    }


def _from_json(data: dict[str, Any]) -> LayerFiles:
    return LayerFiles(
        {row[0]: _entry(row) for row in data["entries"]},
        frozenset(data["whiteouts"]),
        frozenset(data["opaque"]),
        {path: _elf(row) for path, row in data["elf"].items()},
        {path: _jar(row) for path, row in data["jars"].items()},
        data["shebangs"],
        data["size"],
    )


def _entry(row: Collection[Any]) -> Entry:
    path, kind, mode, uid, gid, size, digest, link, xattrs, mtime, layer = row
    attributes = tuple((name, value) for name, value in xattrs)
    return Entry(path, kind, mode, uid, gid, size, digest, link, attributes, mtime, layer)


def _elf(row: Collection[Any]) -> Elf:
    needed, soname, runpath, interpreter, machine, opens, built = row
    left = Build(*built) if built else None
    return Elf(tuple(needed), soname, tuple(runpath), interpreter, machine, tuple(opens), left)


def _jar(row: Collection[Any]) -> Jar:
    name, version, main_class, class_path = row
    return Jar(name, version, main_class, tuple(class_path))
