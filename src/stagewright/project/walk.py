"""The files of a build context, listed without following a link and within bounds."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from stagewright.errors import UsageError

MAX_FILES = 100_000
MAX_DEPTH = 64
MAX_SECONDS = 30.0
# What package managers, test tools and version control make: no part of what a person wrote.
MADE = frozenset(
    {
        *(".git", ".hg", ".svn", ".jj"),
        *("node_modules", ".pnpm-store", ".venv", "__pycache__"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox", ".nox", ".turbo"),
    }
)
_MARK_OF_A_VENV = "pyvenv.cfg"


@dataclass(frozen=True, slots=True)
class Listing:
    """`files`: path in the context → size in bytes, sorted. `truncated`: a bound was reached."""

    files: dict[str, int]
    truncated: bool


def list_files(root: Path) -> Listing:
    """Regular files and links (as themselves); folders in `MADE` and virtual environments left out.

    Raises UsageError when the folder itself cannot be read; folders below that cannot are left out.
    """
    deadline = time.monotonic() + MAX_SECONDS
    found: dict[str, int] = {}
    truncated = False
    waiting: list[tuple[str, int]] = [("", 0)]
    while waiting:
        folder, depth = waiting.pop()
        if len(found) >= MAX_FILES or time.monotonic() > deadline:
            truncated = True
            break
        entries = _entries(root, folder)
        if folder and any(entry.name == _MARK_OF_A_VENV for entry in entries):
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            try:
                info = entry.stat(follow_symlinks=False)
            except OSError:  # it vanished, or its folder may be listed and not entered
                continue
            if stat.S_ISDIR(info.st_mode):
                if entry.name in MADE:
                    continue
                truncated |= depth >= MAX_DEPTH
                if depth < MAX_DEPTH:
                    waiting.append((path, depth + 1))
            elif stat.S_ISREG(info.st_mode) or stat.S_ISLNK(info.st_mode):
                found[_printable(path)] = info.st_size
    return Listing(dict(sorted(found.items())[:MAX_FILES]), truncated or len(found) > MAX_FILES)


def _entries(root: Path, folder: str) -> list[os.DirEntry[str]]:
    """The entries of one folder; what vanishes or may not be read between is left out."""
    try:
        with os.scandir(root / folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        if folder:
            return []
        raise UsageError(
            f"cannot read the folder {root}: {error.strerror}",
            "name the build context: a folder that exists and that you may read",
        ) from error


def _printable(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "replace")
