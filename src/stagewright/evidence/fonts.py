"""Fonts: data that no program is linked with, read by fontconfig, by Java, or by their places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

SETTINGS = "/etc/fonts/fonts.conf"
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
# Fontconfig itself, and the part of Java that opens it late.
_LIBRARY = re.compile(r".*/lib(?:fontconfig|fontmanager)\b[^/]*\.so[.\d]*")
# Pillow and matplotlib look for fonts by themselves, in the system's folders.
_READS = re.compile(r"\bImageFont\.truetype\b|\bmatplotlib\b|/usr/(?:local/)?share/fonts\b")


def reader(libraries: Iterable[str], texts: Mapping[str, str]) -> str:
    """Who reads fonts, by path: one of the libraries that are there in a run, or code; "" for nobody."""
    found = (
        *sorted(filter(_LIBRARY.fullmatch, libraries)),
        *(path for path, text in sorted(texts.items()) if _READS.search(text)),
    )
    return found[0] if found else ""
