"""What differs in each build of the original: that is masked, and nothing beside it."""

from __future__ import annotations

import io
import zipfile

import pytest

from stagewright.proof.noise import BLOCK, noise
from tests.unit.proof.trees import file, tree

PATH = "/app/file"
CACHE = "/app/__pycache__/main.cpython-313.pyc"


def masked(first: bytes, second: bytes, new: bytes, path: str = PATH) -> bool:
    one, two, three = (tree(file(path, content)) for content in (first, second, new))
    return noise([path], one, two, three) == {path}


def compiled(code: bytes, time: int) -> bytes:
    return b"\xa7\r\r\n" + bytes(4) + time.to_bytes(4, "little") + bytes(4) + code


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (b"built 1003\nfixed\n", True),
        (b"built 1003\nFIXED\n", False),
        (b"built 1003\nfixed\nmore\n", False),
        (b"built 1003\n", False),
        (b"built 1003\nfixed\n\xff", False),
    ],
)
def test_a_text_differs_where_the_originals_do(new: bytes, expected: bool) -> None:
    assert masked(b"built 1001\nfixed\n", b"built 1002\nfixed\n", new) is expected


def test_byte_code_has_no_noise_but_the_time_of_its_source() -> None:
    assert not masked(compiled(b"code", 1), compiled(b"code", 2), compiled(b"evil", 1), CACHE)
    assert masked(compiled(b"code", 1), compiled(b"edoc", 2), compiled(b"deco", 3), CACHE)


def test_what_has_one_length_differs_where_the_originals_do() -> None:
    def program(stamp: bytes, code: bytes) -> bytes:
        return b"\0" + stamp + bytes(10 * BLOCK) + code

    first, second = program(b"1", b"code"), program(b"2", b"code")
    assert masked(first, second, program(b"3", b"code"))
    assert not masked(first, second, program(b"3", b"evil"))
    assert not masked(first, second, program(b"3", b"longer"))


def test_other_contents_are_masked_as_they_are() -> None:
    assert masked(b"\0\1", b"\0\2", b"\0\3")
    assert masked(b"\0\1", b"\0\2\2", b"\0\3\3\3")


def packed(**members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (packed(code="a", built="3 times"), True),
        (packed(code="b", built="3 times"), False),
        (packed(built="3 times"), False),
        (packed(code="a"), False),
        (packed(code="a", built="3 times", more=""), False),
        (b"no archive\0", False),
    ],
)
def test_an_archive_differs_in_the_members_in_which_the_originals_do(new: bytes, expected: bool) -> None:
    first, second = packed(code="a", built="1"), packed(code="a", built="22")
    assert masked(first, second, new, "/app/app.jar") is expected


def test_what_is_the_same_twice_is_no_noise() -> None:
    assert not masked(b"same", b"same", b"other")
    assert noise(["/app/gone"], tree(file("/app/gone", "1")), tree(), tree(file("/app/gone", "2"))) == set()
