"""Images that were saved: an OCI layout in a folder, or the archive that `docker save` writes.

Both are names with contents: `index.json` and `blobs/sha256/…` (OCI image layout 1.0), or the older form's
`manifest.json`. All is checked from the manifest down: its digest, its configuration's, each layer's.
"""

from __future__ import annotations

import hashlib
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from stagewright import tables
from stagewright.engine.blobs import LayerBlob, tar_stream
from stagewright.engine.images import Layer, image_config, paired
from stagewright.engine.source import ImageSource
from stagewright.engine.tar import Directory
from stagewright.errors import UsageError
from stagewright.model.image import ImageConfig

_DOCUMENT_BYTES = 16 << 20
_FILES = 10_000
_LAYERS = 500
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NAMES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
_PACKED = (
    (b"\x1f\x8b", "gunzip"),
    (b"\x28\xb5\x2f\xfd", "unzstd"),
    (b"\xfd7zXZ", "unxz"),
    (b"BZh", "bunzip2"),
)
_SAVE_AGAIN = "Save the image again: `docker save -o FILE IMAGE`."

_Open = Callable[[str], IO[bytes] | None]


class SavedImageBroken(UsageError):
    """A file or folder is no image, or not a whole one."""


@contextmanager
def open_saved(path: Path) -> Iterator[ImageSource]:
    """The image in an OCI layout's folder or in an archive; nothing is unpacked.

    Of an index for several platforms, it is the first one that is there. Raises SavedImageBroken.
    """
    try:
        if path.is_dir():
            yield _read(_Saved(str(path), lambda name: _open_below(path, name)))
            return
        if not path.is_file():
            raise SavedImageBroken(f"{path}: neither a file nor a folder", "Save the image to a file.")
        with path.open("rb") as file:
            yield _read(_Saved(str(path), _directory(path, file).open))
    except OSError as error:
        raise SavedImageBroken(
            f"{path}: cannot be read: {error.strerror}", "Is it a readable file?"
        ) from error


def _directory(path: Path, file: IO[bytes]) -> Directory:
    head = file.read(8)
    file.seek(0)
    for magic, program in _PACKED:
        if head.startswith(magic):
            raise SavedImageBroken(f"{path}: it is compressed", f"Unpack it first, with {program}.")
    try:
        return Directory(file, _FILES)
    except tarfile.TarError as error:
        raise SavedImageBroken(
            f"{path}: no image archive, or not a whole one: {error}", _SAVE_AGAIN
        ) from error


def _open_below(folder: Path, name: str) -> IO[bytes] | None:
    """A file of a layout; a link that leads out of it is not followed."""
    path = Path(os.path.realpath(folder / name))
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return None
    return path.open("rb")


@dataclass(frozen=True, slots=True)
class _Manifest:
    """`layers` are the names of the layers' files, lowest first."""

    config: dict[str, Any]
    layers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Saved:
    """`open` gives a file by its name inside, None where there is none."""

    name: str
    open: _Open

    def broken(self, what: str, hint: str = _SAVE_AGAIN) -> SavedImageBroken:
        return SavedImageBroken(f"{self.name}: {what}", hint)

    def document(self, name: str, digest: str = "") -> Any:
        """A JSON file, None where there is none. Its content must have the digest, where one is given."""
        content = self.open(name)
        if content is None:
            return None
        with content:
            data = content.read(_DOCUMENT_BYTES + 1)
        if len(data) > _DOCUMENT_BYTES:
            raise self.broken(f"{name!r} is larger than {_DOCUMENT_BYTES} bytes")
        if digest and "sha256:" + hashlib.sha256(data).hexdigest() != digest:
            raise self.broken(f"{name!r} does not have the digest that it is named by")
        return tables.json_value(data)

    def blob(self, descriptor: dict[str, Any]) -> Any:
        return self.document(self.blob_name(descriptor), descriptor["digest"])

    def blob_name(self, descriptor: dict[str, Any]) -> str:
        return f"blobs/sha256/{_hex(descriptor['digest'])}"


def _read(saved: _Saved) -> ImageSource:
    try:
        manifest = _manifest(saved)
        layers = _layers(manifest)
        config = _config(manifest.config)
        for name in manifest.layers:
            content = saved.open(name)
            if content is None:
                raise saved.broken(f"the layer {name!r} is not in it")
            content.close()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise saved.broken(f"what describes the image cannot be read: {error!r}") from error
    if len(layers) != len(manifest.layers) or len(layers) > _LAYERS:
        raise saved.broken(f"{len(manifest.layers)} layers, and {len(layers)} digests of layers")

    @contextmanager
    def blobs() -> Iterator[Iterator[LayerBlob]]:
        yield _blobs(saved, dict(zip((layer.digest for layer in layers), manifest.layers)))

    return ImageSource(saved.name, config, layers, blobs)


def _manifest(saved: _Saved) -> _Manifest:
    index = saved.document("index.json")
    if index is not None:
        _one_image(saved, index["manifests"])
        found = _first_there(saved, index["manifests"], set())
        if found is None:
            raise saved.broken("it names no image that is in it")
        config = saved.blob(found["config"])
        if config is None:
            raise saved.broken("the image's configuration is not in it")
        return _Manifest(config, tuple(saved.blob_name(layer) for layer in found["layers"]))
    images = saved.document("manifest.json")
    if images is None:
        raise saved.broken(
            "no image: neither index.json nor manifest.json",
            "Give a `docker save` archive or the folder of an OCI layout. An image of the engine that has a "
            "path's name needs its tag: `NAME:latest`.",
        )
    if len(images) != 1:
        raise saved.broken(f"it holds {len(images)} images", "Save one image alone.")
    name = images[0]["Config"]
    digest = re.fullmatch(r"(?:blobs/sha256/)?([0-9a-f]{64})(?:\.json)?", name)
    config = saved.document(name, f"sha256:{digest[1]}" if digest else "")
    if config is None:
        raise saved.broken("the image's configuration is not in it")
    return _Manifest(config, tuple(images[0]["Layers"]))


def _one_image(saved: _Saved, descriptors: list[dict[str, Any]]) -> None:
    """One image may have several names, and a descriptor for each platform; several images are refused."""
    names = {}
    for one in descriptors:
        found = one.get("annotations") or {}
        names[one["digest"]] = next((found[key] for key in _NAMES if key in found), "")
    if len(set(names.values())) > 1:
        listed = sorted(map(str, names.values()))[:5]
        raise saved.broken(f"it holds {len(names)} images: {listed}", "Save one image alone.")


def _first_there(saved: _Saved, descriptors: list[dict[str, Any]], seen: set[str]) -> dict[str, Any] | None:
    """The first image manifest of an index that is there; attestations are for no platform."""
    for one in descriptors:
        if (one.get("platform") or {}).get("os") == "unknown" or one["digest"] in seen:
            continue
        seen.add(one["digest"])
        document = saved.blob(one)
        if document is None:
            continue
        if "manifests" in document:
            found = _first_there(saved, document["manifests"], seen)
            if found:
                return found
        elif "layers" in document:
            return dict(document)
    return None


def _config(document: dict[str, Any]) -> ImageConfig:
    names = {"Config": "config", "Os": "os", "Architecture": "architecture"}
    config = image_config({theirs: document.get(name) for theirs, name in names.items()})
    words = [*(config.entrypoint or ()), *(config.cmd or ()), config.workdir, config.os, config.architecture]
    words += config.healthcheck.test if config.healthcheck else ()
    if not all(isinstance(word, str) for word in words):
        raise TypeError("a configuration of texts")
    return config


def _layers(manifest: _Manifest) -> tuple[Layer, ...]:
    digests = manifest.config["rootfs"]["diff_ids"]
    for digest in digests:
        _hex(digest)
    made = [
        str(entry.get("created_by") or "").removesuffix(" # buildkit")
        for entry in manifest.config.get("history") or ()
        if not entry.get("empty_layer")
    ]
    return paired(digests, made)


def _hex(digest: str) -> str:
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"the digest {digest!r} is no sha256")
    return digest.removeprefix("sha256:")


def _blobs(saved: _Saved, names: dict[str, str]) -> Iterator[LayerBlob]:
    """The layers by digest; a layer that occurs twice comes once."""
    for digest, name in names.items():
        with cast(IO[bytes], saved.open(name)) as content:
            stream = tar_stream(content)
            if stream is None:
                raise saved.broken(f"the layer {name!r} is no tar")
            blob = LayerBlob(stream, name)
            yield blob
            if blob.digest != digest:
                raise saved.broken(
                    f"the layer {name!r} does not have the digest that the image names: {digest}"
                )
