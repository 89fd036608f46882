"""Manifests of jars, in real archives."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagewright.evidence import jars
from stagewright.evidence.jars import main_section, read_jar
from stagewright.model.image import Jar


def jar_of(
    manifest: bytes, more: bytes = b"", name: str = jars.MANIFEST, how: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A jar with a manifest, and a class of these bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for one, content in ((name, manifest), ("Main.class", more)):
            archive.writestr(zipfile.ZipInfo(one), content, how if one == name else zipfile.ZIP_STORED)
    return out.getvalue()


def without_manifest() -> bytes:
    return jar_of(b"x", name="a.txt")


def test_what_a_manifest_says() -> None:
    lines = b"Manifest-Version: 1.0\r\nMain-Class:  org.example.Main \r\nClass-Path: lib/a.jar lib/b.jar\r\n"
    title = b"IMPLEMENTATION-Title: The App\r\nImplementation-Version: 1.2\r\nBundle-Version: 9\r\n"
    assert read_jar(jar_of(lines + title)) == Jar(
        "The App", "1.2", "org.example.Main", ("lib/a.jar", "lib/b.jar")
    )


def test_the_name_of_a_bundle_is_the_more_exact_one() -> None:
    bundle = b"Bundle-SymbolicName: org.example.app;singleton:=true\nBundle-Version: 1.2.0.Final\n"
    title = b"Implementation-Title: The App\nImplementation-Version: 1.2\n"
    assert read_jar(jar_of(title + bundle)) == Jar("org.example.app", "1.2.0.Final")
    assert read_jar(jar_of(title + b"Bundle-SymbolicName: org.example.app\n")) == Jar("org.example.app")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_space_continues_a_line_of_72_bytes(end: bytes) -> None:
    path = "lib/größer-als-nur-eine-zeile.jar lib/b.jar " + "c" * 100
    line = b"Class-Path: " + path.encode()
    folded = [line[:72], *(b" " + line[at : at + 71] for at in range(72, len(line), 71))]
    assert read_jar(jar_of(end.join(folded) + end)) == Jar(class_path=tuple(path.split()))


def test_the_sections_behind_the_main_one_are_of_single_files() -> None:
    assert read_jar(jar_of(b"Main-Class: A\r\n\r\nName: x\r\nMain-Class: B\r\n")) == Jar(main_class="A")


def test_a_manifest_under_another_spelling_and_behind_a_script() -> None:
    assert read_jar(b"#!/bin/sh\n" + jar_of(b"Main-Class: A\n", name="meta-inf/Manifest.mf")) == Jar(
        main_class="A"
    )


def test_a_jar_without_a_manifest_is_one() -> None:
    assert main_section(without_manifest()) == b""
    assert read_jar(without_manifest()) == Jar()


def test_names_that_are_none() -> None:
    assert (
        read_jar(
            jar_of(b"Implementation-Title: a\x1bb\nMain-Class: " + b"x" * 301 + b"\n\xff\xfe\nno colon\n")
        )
        == Jar()
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"text", jar_of(b"x" * 99)[:60], jar_of(b"Main-Class: A\n", how=zipfile.ZIP_BZIP2)],
)
def test_what_is_no_jar_that_is_read(data: bytes) -> None:
    assert read_jar(data) is None


def test_what_is_read_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    long = jar_of(b"Class-Path: " + b"a.jar " * 100)
    signed = jar_of(b"Main-Class: A\n\n" + b"x" * 1000)
    assert read_jar(long)
    monkeypatch.setattr(jars, "_SECTION_BYTES", 500)
    assert read_jar(long) is None
    assert read_jar(signed) == Jar(main_class="A")
    monkeypatch.setattr(jars, "_ENTRIES", 1)
    assert read_jar(signed) is None


@given(st.binary(max_size=60))
def test_a_manifest_of_any_bytes_does_no_harm(manifest: bytes) -> None:
    assert read_jar(jar_of(manifest))


@given(
    st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=6)), max_size=4),
    st.integers(0, 400),
)
def test_a_broken_jar_does_no_harm(changes: list[tuple[int, bytes]], end: int) -> None:
    data = bytearray(jar_of(b"Main-Class: A\n"))
    for place, noise in changes:
        data[place : place + len(noise)] = noise
    read_jar(bytes(data))
    read_jar(bytes(data[:end]))
