"""What Go and Rust leave in programs, from bytes made by hand."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagewright.evidence import build_information
from stagewright.evidence.build_information import COMMENT, CRATES, GO, build_of
from stagewright.model.image import Build

MODULES = """\
path\texample.org/app/cmd/server
mod\texample.org/app\tv1.2.0\th1:x=
dep\tgithub.com/a/b\tv1.0.0\th1:y=
dep\tgithub.com/c/d\tv2.0.0
=>\t./d\t(devel)
build\t-buildmode=exe
build\t-tags=netgo,osusergo
build\tCGO_ENABLED=0
build\tGOARCH=amd64
"""
SENTINEL = bytes(range(16))
CRATE = {"name": "app", "version": "0.1.0", "root": True}


def varint(number: int) -> bytes:
    head = b""
    while number >= 0x80:
        head += bytes([number & 0x7F | 0x80])
        number >>= 7
    return head + bytes([number])


def go(
    version: bytes = b"go1.22.1", modules: str | bytes = MODULES, flags: int = 2, before: bytes = b""
) -> bytes:
    """The section as `go build` writes it."""
    text = SENTINEL + modules.encode() + SENTINEL if isinstance(modules, str) else modules
    head = b"\xff Go buildinf:" + bytes([8, flags])
    return before + head + bytes(16) + varint(len(version)) + version + varint(len(text)) + text


def says(section: bytes) -> str | None:
    found = build_of({GO: section})
    assert found is None or found.section == GO
    return found.says if found else None


def rust(packages: Any, **more: Any) -> bytes:
    return zlib.compress(json.dumps({"packages": packages, **more}).encode())


def test_a_program_of_go() -> None:
    main = "example.org/app/cmd/server of example.org/app v1.2.0"
    assert says(go()) == f"go1.22.1, {main}, 2 modules, -tags=netgo,osusergo, CGO_ENABLED=0"


@pytest.mark.parametrize(
    ("modules", "main"),
    [
        ("path\texample.org/app\nmod\texample.org/app\t(devel)\t\n", "example.org/app, 0 modules"),
        ("path\ta.b/c\nmod\ta.b/c\tv0.0.0-2024\t\ndep\tx.y/z\tv1\n", "a.b/c v0.0.0-2024, 1 module"),
        ("path\tcommand-line-arguments\n", "command-line-arguments"),
        ("path\ncgo\nmod\nbuild\n", ""),
        (b"", ""),
    ],
)
def test_what_go_does_not_know_is_not_said(modules: str | bytes, main: str) -> None:
    assert says(go(modules=modules)) == ", ".join(filter(None, ("go1.22.1", main)))


def test_other_versions_of_go() -> None:
    assert says(go(b"go1.23rc1 X:loopvar", b"")) == "go1.23rc1 X:loopvar"
    assert says(go(b"devel go1.24-abc Mon Jan 1", b"")) == "devel go1.24-abc Mon Jan 1"
    assert says(go(before=bytes(32))) == says(go())


@pytest.mark.parametrize(
    "section",
    [
        b"",
        go(flags=0),
        go(before=bytes(8)),
        go(b"gopher"),
        go(b"go1.22\x07"),
        go(b"\xff\xfe"),
        go(modules=b"no sentinels around it"),
        go(modules=SENTINEL + b"\xff\xfe\n" + SENTINEL),
        go(modules="path\t" + "x" * 400 + "\n"),
        go(modules="path\ta\x1bb\n"),
        *(go()[:end] for end in range(1, len(go()))),
        go()[:32] + b"\xff" * 9,
    ],
)
def test_go_s_that_is_older_or_broken(section: bytes) -> None:
    assert says(section) is None


def test_a_program_of_rust_and_its_crates() -> None:
    packages = [
        CRATE,
        {"name": "serde", "version": "1.0.1", "source": "crates.io"},
        {"name": "cc", "version": "1.0.2", "kind": "build"},
    ]
    comment = b"GCC: (Debian 12.2.0) 12.2.0\0rustc version 1.75.0 (82e1608df 2023-12-21)\0"
    assert build_of({COMMENT: comment, CRATES: rust(packages)}) == Build(
        "rustc 1.75.0, app 0.1.0, 1 crate", ".dep-v0 and .comment"
    )
    assert build_of({COMMENT: comment}) == Build("rustc 1.75.0", ".comment")
    assert build_of({CRATES: rust(packages[1:])}) == Build("1 crate", ".dep-v0")
    assert build_of({COMMENT: b"GCC: (Debian 12.2.0) 12.2.0\0"}) is None


@pytest.mark.parametrize(
    "section",
    [
        b"",
        b"text",
        rust([CRATE])[:-6],
        rust([CRATE])[:-2],
        zlib.compress(b"[" * 100_000),
        zlib.compress(b"\xff"),
        zlib.compress(b"[]"),
        rust({}),
        rust([1]),
        rust([CRATE, {"name": "a"}]),
        rust([{"name": "a", "version": ["1"], "root": True}]),
        rust([{"name": "a\x07", "version": "1", "root": True}]),
    ],
)
def test_crates_that_are_broken(section: bytes) -> None:
    assert build_of({CRATES: section}) is None


def test_crates_are_unpacked_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert build_of({CRATES: rust([CRATE], more="x" * 500)})
    monkeypatch.setattr(build_information, "_CRATES_BYTES", 400)
    assert build_of({CRATES: rust([CRATE], more="x" * 500)}) is None


@given(st.binary(max_size=80), st.integers(0, 400), st.integers(0, 400))
def test_any_bytes_do_no_harm(noise: bytes, place: int, end: int) -> None:
    for section in (noise, go()[:place] + noise + go()[place:], go()[:place] + noise, go()[:end]):
        build_of({GO: section, CRATES: section, COMMENT: section})
    crates = rust([CRATE])
    build_of({CRATES: crates[: place % len(crates)] + noise + crates[end % len(crates) :]})
    build_of({CRATES: zlib.compress(noise)})


@given(
    st.recursive(st.none() | st.booleans() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3))
)
def test_crates_of_any_shape_do_no_harm(value: object) -> None:
    build_of({CRATES: rust(value)})
    build_of({CRATES: rust([{"name": value, "version": value, "root": value, "kind": value}])})
