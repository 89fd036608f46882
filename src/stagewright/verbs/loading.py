"""Reading a project once: its context, its Dockerfile, and what stood in the files that may be written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from stagewright.design import bake
from stagewright.dockerfile import Dockerfile, parse, read_dockerfile
from stagewright.dockerfile.text import MAX_FILE_BYTES
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
    """Raises UsageError for what cannot be read or is a link out of the context, DockerfileSyntaxError for
    what BuildKit would refuse."""
    context = place.context.resolve()
    _refuse_link_out(place)
    name = name_of(place)
    text = None if place.dockerfile is None else read_dockerfile(place.dockerfile)
    dockerfile = None
    if text is not None:
        dockerfile = parse(text, str(place.dockerfile))
        validate(dockerfile)
    others = (_IGNORE, f"{name}{_IGNORE}", bake.PATH)
    as_read = {name: text, **{other: _text(context, other) for other in others}}
    project = read_project(context, dockerfile=name)
    if ignored := as_read[_IGNORE]:
        # What is written again keeps every byte, those that are no UTF-8 too.
        project = replace(project, texts={**project.texts, _IGNORE: ignored})
    return Loaded(place, project, name, dockerfile, as_read)


def name_of(place: Place) -> str:
    """The Dockerfile's path from the context, also where there is none yet."""
    if place.dockerfile is None:
        return "Dockerfile"
    return os.path.relpath(place.dockerfile.resolve(), place.context.resolve())


def _refuse_link_out(place: Place) -> None:
    """A project that is not trusted must not choose a file elsewhere that would be written."""
    if place.dockerfile is None:
        return
    named, context = (Path(os.path.normpath(path.absolute())) for path in (place.dockerfile, place.context))
    if named.is_relative_to(context) and not named.resolve().is_relative_to(context.resolve()):
        raise UsageError(
            f"{place.dockerfile} is a link out of {place.context}", "Name the file itself: -f FILE."
        )


def _text(context: Path, name: str) -> str | None:
    """What stands in a file that a design may write; it lies in the context, or beside the Dockerfile."""
    path = context / name
    if not path.exists():
        return None
    actual = path.resolve()
    homes = (context, path.parent.resolve())
    if not actual.is_file() or not any(actual.is_relative_to(home) for home in homes):
        raise UsageError(f"{path} is no regular file of the context", "Replace it by the file itself.")
    try:
        with actual.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", "Give the right to read it.") from error
    if len(data) > MAX_FILE_BYTES:
        raise UsageError(
            f"{path} is larger than {MAX_FILE_BYTES} bytes", "Is this the file that its name says?"
        )
    return data.decode("utf-8", "surrogateescape")
