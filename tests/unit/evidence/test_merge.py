import io

from stagewright.evidence.layer import read_layer
from stagewright.evidence.merge import Merged, merge
from stagewright.model.image import LayerChange
from tests.unit.evidence.images import Member, file, folder, layer, link
from tests.unit.evidence.test_elf import made
from tests.unit.evidence.test_jars import jar_of


def _merge(*layers: list[Member]) -> tuple[Merged, tuple[LayerChange, ...]]:
    return merge((str(index), "", read_layer(io.BytesIO(layer(*one)))) for index, one in enumerate(layers))


def test_a_file_that_is_written_again_is_changed_by_the_layer_that_did() -> None:
    merged, changes = _merge([file("a", b"1"), file("b", b"1")], [file("a", b"2")])
    assert changes[1].changed == {"/a"}
    assert (merged.entries["/a"].layer, merged.entries["/b"].layer) == (1, 0)


def test_a_file_that_is_written_again_as_it_was_belongs_to_the_lower_layer() -> None:
    merged, changes = _merge([file("a", b"1", mtime=1)], [file("a", b"1", mtime=2)])
    assert changes[1].changed == changes[1].added == frozenset()
    assert merged.entries["/a"].layer == 0


def test_other_attributes_are_a_change() -> None:
    _, changes = _merge([file("a", b"1", mode=0o755)], [file("a", b"1", mode=0o4755)])
    assert changes[1].changed == {"/a"}


def test_a_directory_keeps_its_children() -> None:
    merged, changes = _merge([folder("d"), file("d/a")], [folder("d", mode=0o700)])
    assert set(merged.entries) == {"/d", "/d/a"}
    assert changes[1].changed == {"/d"}


def test_a_whiteout_takes_everything_below() -> None:
    merged, changes = _merge(
        [folder("d"), folder("d/e"), file("d/e/f"), file("dx")], [file(".wh.d")], [file("d/new")]
    )
    assert changes[1].deleted == {"/d", "/d/e", "/d/e/f"}
    assert set(merged.entries) == {"/d", "/d/new", "/dx"}
    assert changes[2].added == {"/d", "/d/new"}


def test_an_opaque_directory_hides_what_was_below() -> None:
    _, changes = _merge(
        [folder("d"), file("d/a", b"1"), file("d/b", b"1"), file("d/c", b"1")],
        [folder("d"), file("d/.wh..wh..opq"), file("d/a", b"1"), file("d/b", b"2"), file("d/e")],
    )
    assert changes[1].deleted == {"/d/c"}
    assert changes[1].changed == {"/d/b"}
    assert changes[1].added == {"/d/e"}


def test_a_link_in_a_directory_s_place_takes_its_content() -> None:
    merged, changes = _merge([folder("d"), file("d/a")], [link("d", "e")])
    assert set(merged.entries) == {"/d"}
    assert changes[1].deleted == {"/d/a"}
    assert changes[1].changed == {"/d"}


def test_directories_that_no_layer_names_are_there() -> None:
    merged, changes = _merge([file("a/b/c")], [file("a/b/d")])
    assert (merged.entries["/a/b"].type, merged.entries["/a/b"].mode) == ("dir", 0o755)
    assert changes[0].added == {"/a", "/a/b", "/a/b/c"}
    assert changes[1].added == {"/a/b/d"}


def test_what_is_known_of_a_program_goes_with_it() -> None:
    program, script = file("p", made(True, "<")), file("s", b"#!/bin/sh\n")
    merged, _ = _merge([program, script], [file("p", b"text"), file(".wh.s")])
    assert merged.elf == {}
    assert merged.shebangs == {}
    merged, _ = _merge([program, script], [file("p", made(False, ">"))])
    assert set(merged.elf) == {"/p"}
    assert merged.shebangs == {"/s": "/bin/sh"}


def test_what_is_known_of_a_jar_goes_with_it() -> None:
    jars = [file(f"{name}.jar", jar_of(b"Main-Class: Old\n")) for name in "abcd"]
    new = file("a.jar", jar_of(b"Main-Class: New\n"))
    merged, _ = _merge(jars, [new, file("b.jar", b"text"), file(".wh.c.jar")])
    assert {path: jar.main_class for path, jar in merged.jars.items()} == {"/a.jar": "New", "/d.jar": "Old"}


def test_a_whiteout_of_what_was_never_there() -> None:
    merged, changes = _merge([file(".wh.a")])
    assert merged.entries == {}
    assert changes[0].deleted == frozenset()
