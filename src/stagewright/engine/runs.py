"""Runs that ended before they could clean up, because they or their engine died: the next one does it."""

from __future__ import annotations

import fcntl
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

from stagewright.caching import cache_folder

_RUN = re.compile(r"[0-9a-f]{12}")


class Runs:
    """This machine's runs on one engine: a file each, locked while it lasts.

    A folder that cannot be written to is no error: nothing is remembered then.
    """

    def __init__(self, engine_id: str) -> None:
        self._folder = cache_folder() / "runs" / hashlib.sha256(engine_id.encode()).hexdigest()[:12]
        self._mine: dict[str, IO[bytes]] = {}

    def begin(self, run_id: str) -> None:
        """Remember the run until it is forgotten."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            file = (self._folder / run_id).open("wb")
            fcntl.flock(file, fcntl.LOCK_EX)
            self._mine[run_id] = file

    def ended(self) -> Iterator[str]:
        """Runs that are over and that nobody forgot, in order."""
        paths = sorted(self._folder.glob("*")) if self._folder.is_dir() else []
        for path in paths:
            with suppress(OSError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _RUN.fullmatch(path.name):
                    yield path.name

    def forget(self, run_id: str) -> None:
        """All that the run made is gone."""
        with suppress(OSError):
            (self._folder / run_id).unlink()

    def end(self, run_id: str) -> None:
        """The run is over, whether or not it is forgotten."""
        if file := self._mine.pop(run_id, None):
            file.close()
