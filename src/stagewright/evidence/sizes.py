"""How large an image is."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from stagewright.engine import Engine
from stagewright.model.image import LayerChange, Sizes

LEVEL = 6


def measure(layers: Sequence[LayerChange], base: Sequence[LayerChange] = ()) -> Sizes:
    """The layers' uncompressed bytes; what stands above `base` where the image begins with its layers."""
    total = sum(layer.size for layer in layers)
    digests = [layer.digest for layer in layers]
    on_base = bool(base) and digests[: len(base)] == [layer.digest for layer in base]
    return Sizes(total, sum(layer.size for layer in layers[len(base) :]) if on_base else None)


def compressed_size(engine: Engine, ref: str) -> int:
    """The layers' bytes under gzip at a level of our own: the same in every store. Slow: about 30 MB/s."""
    total = 0
    with engine.layer_blobs(ref) as blobs:
        for blob in blobs:
            packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
            while data := blob.read():
                total += len(packer.compress(data))
            total += len(packer.flush())
    return total
