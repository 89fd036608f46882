"""What compilers leave in the programs that they make: Go's build information, a list of Rust's crates."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Any

from stagewright import tables
from stagewright.model.image import Build

GO, CRATES, COMMENT = ".go.buildinfo", ".dep-v0", ".comment"
SECTIONS = (GO, CRATES, COMMENT)
_MAGIC = b"\xff Go buildinf:"
_ALIGNED, _FLAGS, _INLINE, _STRINGS = 16, 15, 2, 32
_SENTINEL = 16
_LENGTH_BYTES = 5
_VERSION_OF_GO = re.compile(r"(?:go\d|devel )[ -~]*")
_TOLD = ("CGO_ENABLED=", "-tags=")
_VERSION_OF_RUST = re.compile(rb"(?:\A|\0)rustc version (\d[\w.+-]*)")
_CRATES_BYTES = 4 << 20
# What is longer is no name.
_LONGEST = 300


def build_of(sections: Mapping[str, bytes]) -> Build | None:
    """What the contents of `SECTIONS`, by name, tell; None where that is nothing, or broken."""
    return _of_go(sections.get(GO, b"")) or _of_rust(sections.get(CRATES, b""), sections.get(COMMENT, b""))


def _of_go(section: bytes) -> Build | None:
    """As Go 1.18 and later write it, and its package `debug/buildinfo` reads it."""
    at = section.find(_MAGIC)
    flags = section[at + _FLAGS : at + _FLAGS + 1]
    if at < 0 or at % _ALIGNED or not flags or not flags[0] & _INLINE:
        return None
    try:
        version, end = _string(section, at + _STRINGS)
        modules, _ = _string(section, end)
        compiler, text = version.decode(), modules[_SENTINEL:-_SENTINEL].decode()
    except ValueError:
        return None
    if not _VERSION_OF_GO.fullmatch(compiler) or (modules and not text.endswith("\n")):
        return None
    rows = [line.split("\t") for line in text.splitlines()]
    package = next((row[1] for row in rows if row[0] == "path" and len(row) > 1), "")
    module = next((row[1:3] for row in rows if row[0] == "mod"), [])
    main = " ".join(word for word in module if word != "(devel)").strip()
    if package and package not in module:
        main = f"{package} of {main}" if main else package
    linked = _count(sum(row[0] == "dep" for row in rows), "module") if module else ""
    told = [row[1] for row in rows if row[0] == "build" and len(row) > 1 and row[1].startswith(_TOLD)]
    return _build([compiler, main, linked, *told], GO)


def _string(data: bytes, at: int) -> tuple[bytes, int]:
    """The bytes behind their length, a varint, and where they end. Raises ValueError for what is cut off."""
    length = 0
    for number, byte in enumerate(data[at : at + _LENGTH_BYTES]):
        length |= (byte & 0x7F) << 7 * number
        if byte < 0x80:
            start = at + number + 1
            if start + length <= len(data):
                return data[start : start + length], start + length
            break
    raise ValueError("cut off")


def _of_rust(crates: bytes, comment: bytes) -> Build | None:
    """The compiler names itself in any program; the crates are there where cargo-auditable built it."""
    compiler = _VERSION_OF_RUST.search(comment)
    packages = _crates(crates)
    root = next((f"{one['name']} {one['version']}" for one in packages if one.get("root") is True), "")
    linked = sum(one.get("kind") != "build" and one.get("root") is not True for one in packages)
    parts = [f"rustc {compiler[1].decode()}" if compiler else "", root]
    if packages:
        parts.append(_count(linked, "crate"))
    places = [place for place, told in ((CRATES, packages), (COMMENT, compiler)) if told]
    return _build(parts, " and ".join(places)) if places else None


def _crates(section: bytes) -> list[dict[str, Any]]:
    unpacking = zlib.decompressobj()
    try:
        found = tables.from_json(unpacking.decompress(section, _CRATES_BYTES)) if section else None
    except zlib.error:
        return []
    packages = found.get("packages") if found and unpacking.eof else None
    if not isinstance(packages, list):
        return []
    named = (
        isinstance(one, dict) and all(isinstance(one.get(key), str) for key in ("name", "version"))
        for one in packages
    )
    return packages if all(named) else []


def _build(parts: list[str], section: str) -> Build | None:
    says = ", ".join(filter(None, parts))
    return Build(says, section) if says.isprintable() and len(says) <= _LONGEST else None


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
