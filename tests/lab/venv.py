"""`python3 -m tests.lab.venv FOLDER`: a virtual environment, on a Debian machine without python3-venv too."""

import importlib.util
import sys
from pathlib import Path

from tests.lab import packages
from tests.lab.commands import LabError, run
from tests.lab.paths import CACHE


def make(folder: Path) -> None:
    """Make it anew; what Debian's Python lacks for it is installed before."""
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        packages.ensure({f"python{version}-venv": f"/usr/lib/python{version}/ensurepip/__init__.py"})
    run([sys.executable, "-m", "venv", "--clear", folder])


def private(name: str) -> Path:
    """The folder of one of the lab's own, which is kept."""
    folder = CACHE / f"venv-{name}"
    if not (folder / "bin/pip").exists():
        make(folder)
    return folder


def main() -> int:
    try:
        make(Path(sys.argv[1]))
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
