"""An ELF file's dynamic section, and what its compiler left, read by hand: an image has thousands of them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from stagewright.evidence.build_information import SECTIONS, build_of
from stagewright.evidence.code import is_library
from stagewright.model.image import Elf

MAGIC = b"\x7fELF"
_MACHINES = {3: "i386", 40: "arm", 62: "x86_64", 183: "aarch64", 21: "ppc64", 22: "s390x", 243: "riscv"}
_EXECUTABLE, _SHARED = 2, 3
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_NEEDED, _STRTAB, _SONAME, _RPATH, _RUNPATH = 1, 5, 14, 15, 29
_NAMES = frozenset((_NEEDED, _SONAME, _RPATH, _RUNPATH))
# What is longer is no dynamic section that a linker made; its names may overlap.
_MOST_TAGS = 10_000
_NAMES_BYTES = 1 << 16
_NO_BYTES = 8
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class _Segment:
    kind: int
    offset: int
    address: int
    size: int


def read_elf(data: bytes) -> Elf | None:
    """What a program or a shared library needs; None for anything else, object and broken files included.

    A static program has neither `needed` nor `interpreter`.
    """
    if data[:4] != MAGIC or len(data) < 52 or data[4] not in (1, 2) or data[5] not in (1, 2):
        return None
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    try:
        kind, machine = struct.unpack_from(order + "HH", data, 16)
        if kind not in (_EXECUTABLE, _SHARED):
            return None
        segments = tuple(_segments(data, wide, order))
        tags = tuple(_dynamic(data, segments, wide, order))
    except (struct.error, OverflowError):
        return None
    names = _names(data, segments, tags)
    if names is None:
        return None
    interpreter = next((part for part in segments if part.kind == _INTERPRETER), None)
    runpath = names[_RUNPATH] or names[_RPATH]
    needed, soname = tuple(names[_NEEDED]), next(iter(names[_SONAME]), "")
    return Elf(
        needed=needed,
        soname=soname,
        runpath=tuple(dict.fromkeys(part for paths in runpath for part in paths.split(":") if part)),
        interpreter=_string(data, interpreter.offset) if interpreter else "",
        machine=_MACHINES.get(machine, str(machine)),
        opens=tuple(sorted(_library_names(data) - {*needed, soname})),
        built=build_of(_sections(data, wide, order)),
    )


def _sections(data: bytes, wide: bool, order: str) -> dict[str, bytes]:
    """The contents of those that compilers tell of themselves in; none of a table that is broken."""
    layout = order + ("IIQQQQ" if wide else "IIIIII")
    try:
        start = struct.unpack_from(order + ("Q" if wide else "I"), data, 40 if wide else 32)[0]
        size, count, names = struct.unpack_from(order + "HHH", data, 58 if wide else 46)
        rows = [struct.unpack_from(layout, data, start + index * size) for index in range(count)]
        strings = rows[names][4] if rows else 0
    except (struct.error, OverflowError, IndexError):
        return {}
    found: dict[str, bytes] = {}
    for name, kind, _, _, offset, length in rows:
        for wanted in SECTIONS if kind != _NO_BYTES else ():
            if wanted not in found and data.startswith(wanted.encode() + b"\0", strings + name):
                found[wanted] = data[offset : offset + length]
    return found


def _library_names(data: bytes) -> set[str]:
    """The strings that are, or end with, the file name of a shared library."""
    found = set()
    at = data.find(b".so")
    while at >= 0:
        start = max(data.rfind(mark, max(0, at - _LONGEST_NAME), at) for mark in (b"\0", b"/")) + 1
        end = data.find(b"\0", at, at + _LONGEST_NAME)
        name = data[start:end].decode("ascii", "replace") if end >= 0 else ""
        if is_library(name):
            found.add(name)
        at = data.find(b".so", at + 1)
    return found


def _segments(data: bytes, wide: bool, order: str) -> Iterator[_Segment]:
    start = struct.unpack_from(order + ("Q" if wide else "I"), data, 32 if wide else 28)[0]
    size, count = struct.unpack_from(order + "HH", data, 54 if wide else 42)
    for index in range(count):
        place = start + index * size
        if wide:
            kind, _, offset, address, _, length = struct.unpack_from(order + "IIQQQQ", data, place)
        else:
            kind, offset, address, _, length = struct.unpack_from(order + "IIIII", data, place)
        yield _Segment(kind, offset, address, length)


def _dynamic(
    data: bytes, segments: tuple[_Segment, ...], wide: bool, order: str
) -> Iterator[tuple[int, int]]:
    layout = order + ("qQ" if wide else "iI")
    step = struct.calcsize(layout)
    segment = next((part for part in segments if part.kind == _DYNAMIC), None)
    if segment is None:
        return
    for place in range(segment.offset, segment.offset + min(segment.size, _MOST_TAGS * step), step):
        tag, value = struct.unpack_from(layout, data, place)
        if tag == 0:
            return
        yield tag, value


def _names(
    data: bytes, segments: tuple[_Segment, ...], tags: tuple[tuple[int, int], ...]
) -> dict[int, list[str]] | None:
    """The names by tag; None where together they are too long."""
    strings = _file_offset(segments, next((value for tag, value in tags if tag == _STRTAB), 0))
    names: dict[int, list[str]] = {tag: [] for tag in _NAMES}
    room = _NAMES_BYTES
    for tag, value in tags:
        if tag in _NAMES:
            name = _string(data, strings + value)
            names[tag].append(name)
            room -= len(name)
            if room < 0:
                return None
    return names


def _file_offset(segments: tuple[_Segment, ...], address: int) -> int:
    for segment in segments:
        if segment.kind == _LOAD and segment.address <= address < segment.address + segment.size:
            return address - segment.address + segment.offset
    return address


def _string(data: bytes, start: int) -> str:
    end = data.find(b"\0", start, start + _NAMES_BYTES)
    return data[start:end].decode("utf-8", "replace") if end >= 0 else ""
