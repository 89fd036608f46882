"""The build context, read once: nothing is executed, no link is followed out of it."""

from __future__ import annotations

from pathlib import Path

from stagewright.errors import UsageError
from stagewright.model.project import Project
from stagewright.project import compose, procfile
from stagewright.project.text import read_manifests
from stagewright.project.walk import list_files


def read_project(root: Path, *, dockerfile: str | None = None) -> Project:
    """Read the context at `root`; `dockerfile` (relative to it) picks consumers and the ignore file.

    Raises UsageError when `root` is no folder that can be read.
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
        consumers=compose.consumers(texts, home, dockerfile) + procfile.consumers(texts),
        truncated=listing.truncated,
    )
