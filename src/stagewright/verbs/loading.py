"""Reading a project once: its context, its Dockerfile, and what stood in the files that may be written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stagewright.dockerfile import Dockerfile, parse, read_dockerfile
from stagewright.dockerfile.validate import validate
from stagewright.errors import UsageError
from stagewright.model.project import Project
from stagewright.model.request import Place
from stagewright.project import read_project

_IGNORE = ".dockerignore"


@dataclass(frozen=True, slots=True)
class Loaded:
    """`name` is the Dockerfile's path from the context, also where there is none yet.

    `as_read` holds the content of each file that a design may write, None where there is none.
    """

    place: Place
    project: Project
    name: str
    dockerfile: Dockerfile | None
    as_read: Mapping[str, str | None]

    @property
    def text(self) -> str | None:
        return self.as_read[self.name]


def load(place: Place) -> Loaded:
    """Raises UsageError for what cannot be read, DockerfileSyntaxError for what BuildKit would refuse."""
    context = place.context.resolve()
    name = name_of(place)
    text = None if place.dockerfile is None else read_dockerfile(place.dockerfile)
    dockerfile = None
    if text is not None:
        dockerfile = parse(text, str(place.dockerfile))
        validate(dockerfile)
    ignores = (_IGNORE, f"{name}{_IGNORE}")
    as_read = {name: text, **{ignore: _text(context / ignore) for ignore in ignores}}
    return Loaded(place, read_project(context, dockerfile=name), name, dockerfile, as_read)


def name_of(place: Place) -> str:
    """The Dockerfile's path from the context, also where there is none yet."""
    if place.dockerfile is None:
        return "Dockerfile"
    return os.path.relpath(place.dockerfile.resolve(), place.context.resolve())


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", "Give the right to read it.") from error
