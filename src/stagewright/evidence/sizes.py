"""How large an image is."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from stagewright.engine import Engine, LayerBlob
from stagewright.evidence.cache import LayerCache
from stagewright.model.image import LayerChange, Sizes

LEVEL = 6


def measure(layers: Sequence[LayerChange], base: Sequence[LayerChange] = ()) -> Sizes:
    """The layers' uncompressed bytes; what stands above `base` where the image begins with its layers."""
    total = sum(layer.size for layer in layers)
    digests = [layer.digest for layer in layers]
    on_base = bool(base) and digests[: len(base)] == [layer.digest for layer in base]
    return Sizes(total, sum(layer.size for layer in layers[len(base) :]) if on_base else None)


def compressed_size(engine: Engine, ref: str, cache: LayerCache | None = None) -> int:
    """The layers' bytes under gzip at a level of our own: the same in every store.

    Slow, about 30 MB/s, for layers whose size the cache does not know. Raises EngineRefused (404).
    """
    cache = cache or LayerCache()
    digests = [layer.digest for layer in engine.layers(ref)]
    known = {digest: size for digest in digests if (size := cache.packed_size(digest)) is not None}
    if len(known) < len(set(digests)):
        with engine.layer_blobs(ref, cache.names(known)) as blobs:
            for blob in blobs:
                size = _packed(blob)
                known[blob.digest] = size
                cache.save_packed_size(blob.digest, size)
    return sum(known[digest] for digest in digests)


def _packed(blob: LayerBlob) -> int:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
    size = 0
    while data := blob.read():
        size += len(packer.compress(data))
    return size + len(packer.flush())
