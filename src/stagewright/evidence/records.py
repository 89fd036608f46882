"""Python distributions' own lists of their files, which installers write."""

from __future__ import annotations

import posixpath
import re

RECORD = re.compile(r"(?P<site>/.+/site-packages)/(?P<name>[^/]+)-[^-/]+\.dist-info/RECORD")


def recorded(record: str, content: bytes, paths: set[str]) -> frozenset[str]:
    """The paths that a RECORD names, byte code of its modules included."""
    site = posixpath.dirname(posixpath.dirname(record))
    named = {
        posixpath.normpath(posixpath.join(site, line.rsplit(",", 2)[0].strip('"')))
        for line in content.decode("utf-8", "replace").splitlines()
        if line.count(",") >= 2
    }
    modules = {path.removesuffix(".py") for path in named if path.endswith(".py")}
    folders = {posixpath.join(posixpath.dirname(path), "__pycache__") for path in modules}
    compiled = {
        path
        for path in paths
        if path.endswith(".pyc")
        and posixpath.dirname(path) in folders
        and posixpath.join(
            posixpath.dirname(posixpath.dirname(path)), posixpath.basename(path).split(".", 1)[0]
        )
        in modules
    }
    return frozenset((named & paths) | compiled)
