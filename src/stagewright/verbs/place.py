"""From the command line's PATH and `-f FILE` to a build context and a Dockerfile."""

from __future__ import annotations

from pathlib import Path

from stagewright.errors import UsageError
from stagewright.model.request import Place

_NAMES = ("Dockerfile", "dockerfile", "Containerfile")


def locate(path: Path, file: Path | None = None) -> Place:
    """PATH is a context as `docker build` has it; a file as PATH means `-f FILE` with its folder."""
    if not path.exists():
        raise UsageError(
            f"{path}: no such file or directory", "Give the folder of the project, or a Dockerfile."
        )
    if path.is_file():
        if file is not None:
            raise UsageError(f"{path} is a file, and -f names another one", "Give the folder, or one file.")
        return Place(path.parent, path)
    if not path.is_dir():
        raise UsageError(
            f"{path} is neither a file nor a folder", "Give the folder of the project, or a Dockerfile."
        )
    if file is not None:
        if not file.is_file():
            raise UsageError(f"{file}: no such file", "`-f FILE` is relative to the current folder.")
        return Place(path, file)
    for name in _NAMES:
        if (path / name).is_file():
            return Place(path, path / name)
    return Place(path, None)
