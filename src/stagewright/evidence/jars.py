"""Jars: what the main section of the manifest says, as the JAR File Specification has it."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

from stagewright.model.image import Jar

ENDINGS = (".jar", ".war")
MANIFEST = "META-INF/MANIFEST.MF"
# Of signed jars the sections that follow the main one may have megabytes.
_SECTION_BYTES = 1 << 20
_ENTRIES = 100_000
_ENTRY = b"PK\1\2"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
    IndexError,
)
_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_CONTINUED = re.compile(rb"(?:\r\n|\n|\r) ")
_LINE = re.compile(r"\r\n|\n|\r")
# What is longer is no name.
_LONGEST = 300


def read_jar(data: bytes) -> Jar | None:
    """What a jar's manifest says; None for what is no jar that can be read."""
    section = main_section(data)
    return None if section is None else read_section(section)


def main_section(data: bytes) -> bytes | None:
    """The main section of a jar's manifest, b"" where it has none; None for what cannot be read."""
    if data.count(_ENTRY) > _ENTRIES:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = next((one for one in archive.infolist() if one.filename.upper() == MANIFEST), None)
            if found is None:
                return b""
            if found.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                return None
            with archive.open(found) as manifest:
                section = _BLANK_LINE.split(manifest.read(_SECTION_BYTES + 1), 1)[0]
    except _BROKEN:
        return None
    return section if len(section) <= _SECTION_BYTES else None


def read_section(section: bytes) -> Jar:
    """What a main section says. Lines have at most 72 bytes: a space continues the one before."""
    lines = _LINE.split(_CONTINUED.sub(b"", section).decode("utf-8", "replace"))
    told = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def named(name: str) -> str:
        value = told.get(name, "").partition(";")[0].strip()
        return value if value.isprintable() and len(value) <= _LONGEST else ""

    who = "bundle-symbolicname" if named("bundle-symbolicname") else "implementation-title"
    return Jar(
        name=named(who),
        version=named("bundle-version" if who == "bundle-symbolicname" else "implementation-version"),
        main_class=named("main-class"),
        class_path=tuple(told.get("class-path", "").split()),
    )
