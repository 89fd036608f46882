"""What is installed in an image, by the database of its own package manager."""

from __future__ import annotations

from stagewright.evidence import apk, dpkg, rpm
from stagewright.evidence.packages import NO_PACKAGES, Packages, Read
from stagewright.model.image import ImageFiles


def read_packages(files: ImageFiles, contents_of: Read) -> Packages:
    """`NO_PACKAGES` where there is no database, or none that can be read."""
    found = (read(files, contents_of) for read in (dpkg.read, apk.read, rpm.read))
    return next((packages for packages in found if packages), NO_PACKAGES)
