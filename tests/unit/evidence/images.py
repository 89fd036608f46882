"""Layers and an engine made by hand."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from stagewright.engine import Engine, EngineRefused, Layer, LayerBlob
from stagewright.model.image import ImageConfig

Member = tuple[str, bytes | None, dict[str, Any]]


def file(name: str, content: bytes = b"", **attributes: Any) -> Member:
    return name, content, attributes


def folder(name: str, **attributes: Any) -> Member:
    return name, None, {"type": tarfile.DIRTYPE, "mode": 0o755} | attributes


def link(name: str, target: str) -> Member:
    return name, None, {"type": tarfile.SYMTYPE, "linkname": target}


def hard(name: str, target: str) -> Member:
    return name, None, {"type": tarfile.LNKTYPE, "linkname": target}


def layer(*members: Member) -> bytes:
    """A layer's tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content, attributes in members:
            member = tarfile.TarInfo(name)
            for key, value in attributes.items():
                setattr(member, key, value)
            member.size = len(content or b"")
            archive.addfile(member, io.BytesIO(content or b""))
    return out.getvalue()


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


class FakeEngine:
    """Images by name, as layers; `sent` counts the layers whose content was asked for."""

    def __init__(self, **images: list[bytes]) -> None:
        self.images = images
        self.sent: list[str] = []
        self.requests: list[str] = []
        self.contents: dict[str, bytes] = {}

    def layers(self, ref: str) -> tuple[Layer, ...]:
        return tuple(
            Layer(index, digest(data), f"RUN {index}") for index, data in enumerate(self.images[ref])
        )

    def inspect_image(self, ref: str) -> ImageConfig:
        return ImageConfig(workdir=f"/{ref}")

    @contextmanager
    def layer_blobs(self, ref: str, have: Collection[str] = ()) -> Iterator[Iterator[LayerBlob]]:
        yield self._blobs(ref, have)

    def still(self, _: str) -> FakeEngine:
        return self

    def files(self, path: str) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
        self.requests.append(path)
        name = path.rpartition("/")[2]
        found = {
            one: content
            for one, content in self.contents.items()
            if one == path or one.startswith(path + "/")
        }
        if not found:
            raise EngineRefused(404, "no such file")
        for one, content in found.items():
            yield tarfile.TarInfo(name + one.removeprefix(path)), io.BytesIO(content)

    def _blobs(self, ref: str, have: Collection[str]) -> Iterator[LayerBlob]:
        for data in reversed(self.images[ref]):
            blob = digest(b"packed" + data)
            if blob not in have and digest(data) not in have:
                self.sent.append(digest(data))
                yield LayerBlob(io.BytesIO(data), blob)


def as_engine(fake: FakeEngine) -> Engine:
    return cast(Engine, fake)
