"""What an image weighs in its registry: the sum of its layers as they travel, compressed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Thread

from stagewright.images.reference import Reference
from stagewright.images.registry import LookUpFailed, Registry

ALL_SECONDS = 30.0
_DEFAULT_VARIANTS = {"arm64": "v8", "arm": "v7"}
_LARGEST = (1 << 63) - 1
_UNKNOWN_FORM = "the registry's answer is no manifest of a known form"


@dataclass(frozen=True, slots=True)
class Image:
    """`platform` as `--platform` has it: `linux/amd64`, `linux/arm/v7`."""

    reference: Reference
    platform: str


def compressed_sizes(
    images: Iterable[Image], seconds: float = ALL_SECONDS
) -> dict[Image, int | LookUpFailed]:
    """Bytes, or why they are not known, in the order given; all are asked at once, for `seconds` at most."""
    found: dict[Image, int | LookUpFailed] = {}

    def look_up(image: Image) -> None:
        try:
            found[image] = compressed_size(image)
        except LookUpFailed as failure:
            found[image] = failure

    wanted = tuple(dict.fromkeys(images))
    # Nothing else ends a name look-up, or an answer that comes byte by byte.
    threads = [Thread(target=look_up, args=(image,), daemon=True) for image in wanted]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    late = LookUpFailed(f"the registry took more than {seconds:g} seconds")
    return {image: found.get(image, late) for image in wanted}


def compressed_size(image: Image) -> int:
    """Raises LookUpFailed. An image without an index is taken as it is, as a build takes it."""
    reference = image.reference
    registry = Registry(reference)
    manifest = registry.manifest(reference.digest or reference.tag or "latest")
    if "manifests" in manifest:
        manifest = registry.manifest(_digest(manifest["manifests"], image))
    layers = manifest.get("layers")
    if not isinstance(layers, list):
        raise LookUpFailed(_UNKNOWN_FORM)
    return sum(_bytes(layer) for layer in layers)


def _digest(index: object, image: Image) -> str:
    """The digest of the platform's manifest."""
    wanted = _platform(*image.platform.split("/")[:3])
    for entry in index if isinstance(index, list) else ():
        told = entry.get("platform") if isinstance(entry, dict) else None
        if not isinstance(told, dict):
            continue
        if _platform(told.get("os"), told.get("architecture"), told.get("variant")) == wanted:
            try:
                return Reference.parse(f"{image.reference.name}@{entry.get('digest')}").digest
            except ValueError as error:
                raise LookUpFailed(_UNKNOWN_FORM) from error
    raise LookUpFailed(f"it has no image for {image.platform}")


def _platform(os: object, architecture: object = None, variant: object = None) -> tuple[object, ...]:
    default = _DEFAULT_VARIANTS.get(architecture) if isinstance(architecture, str) else None
    return os, architecture, variant or default


def _bytes(layer: object) -> int:
    size = layer.get("size") if isinstance(layer, dict) else None
    if type(size) is not int or not 0 <= size <= _LARGEST:
        raise LookUpFailed(_UNKNOWN_FORM)
    return size
