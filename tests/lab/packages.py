"""Debian packages that the lab needs on this machine, installed when their file is absent."""

import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from tests.lab.commands import LabError, run, say

LISTS = Path("/var/lib/apt/lists")
LISTS_FRESH_SECONDS = 24 * 3600
APT = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300")


def ensure(files: Mapping[str, str]) -> None:
    """Install every package whose witness (a program, or a file's absolute path) is not there."""
    missing = sorted(package for package, witness in files.items() if not present(witness))
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise LabError(f"needs {', '.join(missing)}, and there is no apt-get to install them")
    say(f"installing {', '.join(missing)}")
    refresh()
    run(
        [*APT, "install", "-y", "--no-install-recommends", *missing],
        env={"DEBIAN_FRONTEND": "noninteractive"},
        attempts=3,
    )


def present(witness: str) -> bool:
    if witness.startswith("/"):
        return Path(witness).exists()
    return shutil.which(witness, path="/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin") is not None


def refresh() -> None:
    """`apt-get update`, when the package lists are absent or older than a day."""
    lists = list(LISTS.glob("*_Packages*")) + list(LISTS.glob("*_InRelease"))
    if not lists or time.time() - max(path.stat().st_mtime for path in lists) > LISTS_FRESH_SECONDS:
        run([*APT, "update"], attempts=3)
