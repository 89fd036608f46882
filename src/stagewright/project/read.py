"""The build context, read once: nothing is executed, no link is followed out of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from stagewright.dockerfile.ignore import IgnoreRules, ignore_file_for
from stagewright.errors import UsageError
from stagewright.model.project import Project
from stagewright.project import compose, docker_run, procfile
from stagewright.project.text import read_file, read_manifests
from stagewright.project.walk import list_files


def read_project(root: Path, *, dockerfile: str | None = None) -> Project:
    """Read the context at `root`; `dockerfile` (relative to it) picks consumers and the ignore file.

    Raises UsageError when `root` is no folder that can be read, or for a pattern in the ignore file that
    no engine accepts.
    """
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise UsageError(f"{root} {what}", "name the build context: the folder that `docker build` gets")
    home = root.resolve()
    listing = list_files(home)
    texts = read_manifests(home, listing.files)
    return Project(
        root=home,
        files=listing.files,
        texts=texts,
        ignored=_ignored(home, listing.files, dockerfile or "Dockerfile"),
        consumers=(
            *compose.consumers(texts, home, dockerfile),
            *procfile.consumers(texts),
            *docker_run.consumers(texts),
        ),
        truncated=listing.truncated,
    )


def _ignored(root: Path, files: Iterable[str], dockerfile: str) -> frozenset[str]:
    place = ignore_file_for(root / dockerfile, root)
    if place is None or not place.is_relative_to(root):
        return frozenset()
    name = str(place.relative_to(root))
    rules = IgnoreRules.parse(read_file(root, name) or "", name)
    return frozenset(path for path in files if rules.excluded(path)) if rules.rules else frozenset()
