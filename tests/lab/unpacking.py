"""Archives to be unpacked, where Python has filters with one: Debian 12's 3.11.2 has none."""

import tarfile
from pathlib import Path
from typing import Literal


def opened(path: Path, filtered: Literal["data", "tar"] = "data") -> tarfile.TarFile:
    """The archive. `data` leaves out owners and what leads out of the folder, `tar` the latter alone."""
    archive = tarfile.open(path)  # noqa: SIM115 - the caller closes it
    archive.extraction_filter = getattr(tarfile, f"{filtered}_filter", None)
    return archive
