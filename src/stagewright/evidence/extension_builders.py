"""What numpy brings to compile extensions: a tool chain, whose calls of compilers are no application's."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BUILDER = re.compile(r".*/numpy/(?:distutils|f2py)/.*")
# Itself, and the tool chains that know of it.
_OWN = re.compile(r".*/(?:numpy|setuptools|_distutils_hack|pip|wheel)/.*|.*/bin/f2py[\d.]*")
_IMPORT = re.compile(
    r"^[ \t]*(?:from|import)[ \t]+numpy\.(?:distutils|f2py)\b"
    r"|^[ \t]*from[ \t]+numpy[ \t]+import\b[^\n]*\b(?:distutils|f2py)\b"
    r"|[\"'](?:f2py[\"']|numpy\.(?:distutils|f2py)\b)",
    re.MULTILINE,
)


def extension_builders(texts: Mapping[str, str]) -> frozenset[str]:
    """The paths of its code, where no other of `texts` (code by its path) imports or starts it."""
    found = frozenset(path for path in texts if _BUILDER.fullmatch(path))
    imported = found and any(
        ("numpy" in text or "f2py" in text) and _IMPORT.search(text) and not _OWN.fullmatch(path)
        for path, text in texts.items()
    )
    return frozenset() if imported else found
