"""What lies in the final image, by the COPY steps that bring it, and its size where it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stagewright.model.design import Content
from stagewright.model.image import ImageFiles


def measured(contents: Sequence[Content], image: ImageFiles) -> tuple[Content, ...]:
    """The rows with the bytes of the files at or below each path; a path that is not there stays open."""
    return tuple(replace(row, size=size_of(row.path, image)) for row in contents)


def size_of(path: str, image: ImageFiles) -> int | None:
    """Bytes of the regular files at or below an absolute path; None where the image has none there."""
    below = path.rstrip("/") + "/"
    sizes = [
        entry.size
        for name, entry in image.entries.items()
        if entry.type == "file" and (name == path or name.startswith(below))
    ]
    return sum(sizes) if sizes else None
