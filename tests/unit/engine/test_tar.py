import io
import tarfile

import pytest

from stagewright.engine.tar import Directory, members
from tests.unit.evidence.images import Member, file, folder, hard, layer, link


def _names(data: bytes) -> list[str]:
    return [member.name for member, _ in members(io.BytesIO(data))]


def test_each_member_with_its_content() -> None:
    data = layer(folder("a"), file("a/b", b"content"), link("c", "a/b"), hard("d", "a/b"))
    found = [(member.name, content and content.read()) for member, content in members(io.BytesIO(data))]
    assert found == [("a", None), ("a/b", b"content"), ("c", None), ("d", None)]


def test_no_content_is_no_archive_with_members() -> None:
    assert _names(bytes(1024)) == []


WHOLE = layer(file("a", b"a" * 2000), file("b", b"b" * 2000))


@pytest.mark.parametrize("size", [100, 700, 1024, 3072 + 100, 3072 + 600])
def test_what_ends_too_early_is_an_error(size: int) -> None:
    with pytest.raises(tarfile.TarError):
        _names(WHOLE[:size])


def test_a_broken_header_is_an_error_and_not_the_end() -> None:
    broken = bytearray(WHOLE)
    broken[512 + 2048 + 150] ^= 0xFF
    with pytest.raises(tarfile.TarError):
        _names(bytes(broken))


def _patched(member: Member, offset: int, value: bytes) -> bytes:
    """One member whose header has other bytes, its checksum mended."""
    data = bytearray(layer(member))
    data[offset : offset + len(value)] = value
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    return bytes(data)


@pytest.mark.parametrize(
    ("type_", "size"),
    [(tarfile.XHDTYPE, 1 << 30), (tarfile.GNUTYPE_LONGNAME, 1 << 30), (tarfile.XGLTYPE, 2 << 20)],
)
def test_a_header_without_end_is_not_read(type_: bytes, size: int) -> None:
    data = _patched(file("a"), 124, b"%011o\0" % size)
    data = _patched(("a", b"", {"type": type_}), 124, b"%011o\0" % size)
    with pytest.raises(tarfile.TarError, match="a header of"):
        _names(data)


def test_a_size_below_zero_does_not_go_backwards() -> None:
    with pytest.raises(tarfile.TarError, match="bytes"):
        _names(_patched(file("a"), 124, b"\xff" * 12))


@pytest.mark.parametrize(
    "member",
    [
        ("a", b"x" * 512, {"type": tarfile.GNUTYPE_SPARSE}),
        file("a", pax_headers={"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}),
        file("a", pax_headers={"GNU.sparse.map": "0,1", "GNU.sparse.size": "9" * 15}),
        file("a", pax_headers={"GNU.sparse.size": "9" * 15}),
    ],
)
def test_a_sparse_file_is_refused(member: Member) -> None:
    with pytest.raises(tarfile.TarError, match="a sparse file"):
        _names(layer(member))


def test_a_name_that_no_system_has_is_refused() -> None:
    with pytest.raises(tarfile.TarError, match="a name of more than 4096"):
        _names(layer(file("a/" * 2100)))


@pytest.mark.parametrize("size", ["-1", "9" * 25])
def test_a_pax_size_that_no_file_has(size: str) -> None:
    with pytest.raises(tarfile.TarError):
        _names(layer(file("a", pax_headers={"size": size})))
    with pytest.raises(tarfile.TarError):
        _directory(file("a", pax_headers={"size": size}))


@pytest.mark.parametrize("moment", ["inf", "-inf", "nan"])
def test_a_moment_that_no_clock_shows_is_refused(moment: str) -> None:
    with pytest.raises(tarfile.TarError, match="a file of the time"):
        _names(layer(file("a", pax_headers={"mtime": moment})))


def test_a_global_header_says_nothing_of_the_members() -> None:
    out = io.BytesIO()
    told = {"path": "other", "SCHILY.xattr.user.a": "b"}
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers=told) as archive:
        archive.addfile(tarfile.TarInfo("a"))
    (member,) = (member for member, _ in members(io.BytesIO(out.getvalue())))
    assert (member.name, member.pax_headers) == ("a", {})


def _directory(*found: Member) -> Directory:
    return Directory(io.BytesIO(layer(*found)), 10)


def test_files_by_name() -> None:
    directory = _directory(file("./a", b"1"), file("b/c", b"2"), folder("d"))
    assert [content and content.read() for content in map(directory.open, ("a", "b/c", "d", "e"))] == [
        b"1",
        b"2",
        None,
        None,
    ]


def test_a_link_leads_to_a_file_beside_it_and_no_further() -> None:
    directory = _directory(
        file("0/layer.tar", b"1"),
        link("1/layer.tar", "../0/layer.tar"),
        link("out", "../../etc/passwd"),
        link("absolute", "/etc/passwd"),
        link("loop", "pool"),
        link("pool", "loop"),
    )
    content = directory.open("1/layer.tar")
    assert content is not None
    assert content.read() == b"1"
    assert not any(map(directory.open, ("out", "absolute", "loop")))


def test_a_directory_of_more_than_the_most() -> None:
    with pytest.raises(tarfile.TarError, match="more than 10 files"):
        _directory(*(file(str(number)) for number in range(11)))
