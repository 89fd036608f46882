"""Where this machine keeps what makes a later call quicker or cleaner; any of it may be deleted."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/stagewright`, or that in `~/.cache`; it need not be there yet.

    A user without a home, as a container's often is, gets a place where nothing can be kept.
    """
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stagewright"
    except RuntimeError:
        return Path(os.devnull) / "stagewright"
