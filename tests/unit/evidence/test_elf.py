import struct
import sys
from pathlib import Path

import pytest
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from hypothesis import given
from hypothesis import strategies as st

from stagewright.evidence.elf import read_elf
from stagewright.model.image import Build, Elf

ADDRESS = 0x1000
NAMES = b"\0libc.so.6\0libme.so.1\0$ORIGIN/lib:/opt/lib\0"
INTERPRETER = b"/lib/ld.so.2\0"


def made(wide: bool, order: str, kind: int = 3, machine: int = 62) -> bytes:
    """A small shared object: header, three segments, dynamic section, strings, interpreter."""
    header, one = (64, 56) if wide else (52, 32)
    tags = [(1, 1), (14, 11), (29, 22), (5, 0), (0, 0)]
    layout = order + ("qQ" if wide else "iI")
    dynamic = header + 3 * one
    strings = dynamic + len(tags) * struct.calcsize(layout)
    interpreter = strings + len(NAMES)
    end = interpreter + len(INTERPRETER)
    tags[3] = (5, ADDRESS + strings)
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    places = struct.pack(order + ("QQQ" if wide else "III"), 0, header, 0)
    head = ident + struct.pack(order + "HHI", kind, machine, 1) + places
    head += struct.pack(order + "IHHHHHH", 0, header, one, 3, 0, 0, 0)
    segments = [(1, 0, end), (2, dynamic, strings - dynamic), (3, interpreter, len(INTERPRETER))]
    for type_, offset, size in segments:
        address = ADDRESS + offset
        if wide:
            head += struct.pack(order + "IIQQQQQQ", type_, 0, offset, address, address, size, size, 1)
        else:
            head += struct.pack(order + "IIIIIIII", type_, offset, address, address, size, size, 0, 1)
    return head + b"".join(struct.pack(layout, *tag) for tag in tags) + NAMES + INTERPRETER


def with_sections(sections: dict[str, bytes], wide: bool = True, order: str = "<", kind: int = 1) -> bytes:
    """The same with a table of sections; `kind` is theirs."""
    data = bytearray(made(wide, order))
    titles = b"\0"
    layout = order + ("IIQQQQ16x" if wide else "IIIIII16x")
    rows = [struct.pack(layout, 0, 0, 0, 0, 0, 0)]
    for name, content in sections.items():
        rows.append(struct.pack(layout, len(titles), kind, 0, 0, len(data), len(content)))
        titles += name.encode() + b"\0"
        data += content
    rows.append(struct.pack(layout, 0, 3, 0, 0, len(data), len(titles)))
    data += titles
    struct.pack_into(order + ("Q" if wide else "I"), data, 40 if wide else 32, len(data))
    shape = struct.calcsize(layout), len(rows), len(rows) - 1
    struct.pack_into(order + "HHH", data, 58 if wide else 46, *shape)
    return bytes(data) + b"".join(rows)


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_what_compilers_leave_is_read_from_its_section(wide: bool, order: str) -> None:
    other = b"rustc version 9.9.9\0"
    sections = {".text": other, ".comment.old": other, ".comment": b"rustc version 1.75.0\0"}
    seen = read_elf(with_sections(sections, wide, order))
    assert seen is not None
    assert seen.built == Build("rustc 1.75.0", ".comment")


def test_a_section_without_bytes_in_the_file_says_nothing() -> None:
    seen = read_elf(with_sections({".comment": b"rustc version 1.75.0\0"}, kind=8))
    assert seen is not None
    assert seen.built is None


@pytest.mark.parametrize(("place", "value"), [(40, 1 << 62), (58, 1), (60, 0xFFFF), (62, 99)])
def test_a_broken_table_of_sections_takes_nothing_else_away(place: int, value: int) -> None:
    data = bytearray(with_sections({".comment": b"rustc version 1.75.0\0"}))
    struct.pack_into("<Q" if place == 40 else "<H", data, place, value)
    assert read_elf(bytes(data)) == read_elf(made(True, "<"))


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_width_and_byte_order(wide: bool, order: str) -> None:
    assert read_elf(made(wide, order)) == Elf(
        needed=("libc.so.6",),
        soname="libme.so.1",
        runpath=("$ORIGIN/lib", "/opt/lib"),
        interpreter="/lib/ld.so.2",
        machine="x86_64",
    )


@pytest.mark.parametrize(
    ("strings", "opens"),
    [
        (b"\0libmagic.so.1\0", ("libmagic.so.1",)),
        (b"\0%s/libdeep.so\0libb.so.2.1\0liba.so.0\0", ("liba.so.0", "libb.so.2.1", "libdeep.so")),
        (b"\0libc.so.6\0libme.so.1\0", ()),
        (b"\0no library is called x.so\0lib.so\0libx.so.old\0libunended.so", ()),
    ],
)
def test_libraries_that_it_may_open(strings: bytes, opens: tuple[str, ...]) -> None:
    seen = read_elf(made(True, "<") + strings)
    assert seen is not None
    assert seen.opens == opens


def with_tags(tags: list[tuple[int, int]], names: bytes) -> bytes:
    """The same with another dynamic section, behind `names`."""
    data = bytearray(made(True, "<"))
    strings = len(data)
    data += names
    # The offset and the size of the second segment.
    struct.pack_into("<Q", data, 64 + 56 + 8, len(data))
    struct.pack_into("<Q", data, 64 + 56 + 32, 16 * (len(tags) + 1))
    return bytes(data) + b"".join(struct.pack("<qQ", *tag) for tag in [(5, strings), *tags])


def test_names_that_no_linker_made_are_not_read() -> None:
    seen = read_elf(with_tags([(1, 1), (1, 11)], NAMES))
    assert seen is not None
    assert seen.needed == ("libc.so.6", "libme.so.1")
    assert read_elf(with_tags([(1, 0)] * 20_000, b"x" * 60_000 + b"\0")) is None
    unread = read_elf(with_tags([(1, 0)] * 20_000, b"x" * 1_000_000 + b"\0"))
    assert unread is not None
    assert not any(unread.needed)


def test_object_files_are_no_programs() -> None:
    assert read_elf(made(True, "<", kind=1)) is None


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"#!/bin/sh\n" * 20, b"\x7fELF" + b"\xff" * 100])
def test_what_is_none(data: bytes) -> None:
    assert read_elf(data) is None


def test_agrees_with_pyelftools_on_this_machine() -> None:
    some = sorted(Path("/usr/bin").iterdir())[:60:6]
    programs = [path for path in [Path(sys.executable), *some] if path.read_bytes()[:4] == b"\x7fELF"]
    assert programs
    for path in programs:
        with path.open("rb") as stream:
            segments = ELFFile(stream).iter_segments()
            dynamic = [part for part in segments if isinstance(part, DynamicSegment)]
            tags = [tag for part in dynamic for tag in part.iter_tags()]
            needed = tuple(getattr(tag, "needed", "") for tag in tags if tag.entry.d_tag == "DT_NEEDED")
        seen = read_elf(path.read_bytes())
        assert seen is not None
        assert seen.needed == needed


@given(st.integers(0, 700), st.binary(max_size=12), st.integers(0, 700))
def test_a_broken_file_does_no_harm(place: int, noise: bytes, end: int) -> None:
    data = bytearray(with_sections({".comment": b"rustc version 1.75.0\0"}))
    data[place : place + len(noise)] = noise
    read_elf(bytes(data))
    read_elf(bytes(data[:end]))
