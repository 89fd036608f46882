"""Where an image is read from: an engine, or what was saved of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from stagewright.engine.blobs import LayerBlob
from stagewright.engine.engine import Engine
from stagewright.engine.errors import EngineRefused
from stagewright.engine.images import Layer
from stagewright.errors import UsageError
from stagewright.model.image import ImageConfig


@dataclass(frozen=True, slots=True)
class ImageSource:
    """One image: its configuration and layers, lowest first.

    `blobs` gives the layers' contents as a stream, each once, in no certain order. Reading them raises
    tarfile.TarError, zlib.error, or a StagewrightError for what is not what the image's own manifest says.
    """

    name: str
    config: ImageConfig
    layers: tuple[Layer, ...]
    blobs: Callable[[], AbstractContextManager[Iterator[LayerBlob]]]


def from_engine(engine: Engine, ref: str) -> ImageSource:
    """An image of the engine; nothing is fetched. Raises UsageError where there is none of that name."""
    try:
        config, layers = engine.inspect_image(ref), engine.layers(ref)
    except EngineRefused as error:
        if error.status not in (400, 404):
            raise
        raise UsageError(
            f"{ref}: there is no such path, and the engine has no such image",
            "Build or pull it first, or give a `docker save` archive or the folder of an OCI layout.",
        ) from error
    return ImageSource(ref, config, layers, lambda: engine.layer_blobs(ref))
