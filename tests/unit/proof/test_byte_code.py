from __future__ import annotations

import py_compile
from pathlib import Path

import pytest

from stagewright.proof.byte_code import recompiled, source_of

SOURCE = """\
def outer(x):
    def inner(y):
        return [y for _ in range(x)]
    return inner
class A:
    def f(self): raise ValueError("/usr/local/lib/b.py")
"""
PLACE = "/usr/local/lib/a.py"


def compiled(folder: Path, name: str, text: str = SOURCE) -> bytes:
    """Byte code of the text that says its source is at `name`."""
    (folder / "a.py").write_text(text)
    made = py_compile.compile(str(folder / "a.py"), str(folder / "a.pyc"), dfile=name, doraise=True)
    assert made is not None
    return Path(made).read_bytes()


def test_the_source_of_byte_code_lies_beside_it_or_above() -> None:
    assert source_of("/a/__pycache__/b.cpython-313.opt-1.pyc") == "/a/b.py"
    assert source_of("/a/b.pyc") == "/a/b.py"
    assert source_of("/a/b.py") == ""


@pytest.mark.parametrize(
    "place", ["/install/lib/a.py", "/a.py", "/opt/some/longer/prefix/lib/python3.13/a.py"]
)
def test_code_that_was_compiled_elsewhere_and_moved_is_the_same(place: str, tmp_path: Path) -> None:
    here, there = compiled(tmp_path, PLACE), compiled(tmp_path, place)
    assert here != there
    assert recompiled(here, there, PLACE)
    assert not recompiled(here, there)
    assert recompiled(here, here)


@pytest.mark.parametrize("place", [PLACE, "/install/lib/a.py"])
def test_other_code_is_not_the_same_wherever_it_was_compiled(place: str, tmp_path: Path) -> None:
    here = compiled(tmp_path, PLACE)
    other = compiled(tmp_path, place, SOURCE.replace("return inner", "return outer"))
    assert not recompiled(here, other[:8] + here[8:16] + other[16:], PLACE)
    cut = compiled(tmp_path, place)[:-3]
    assert not recompiled(here, cut, PLACE)


def test_another_files_code_is_not_the_same(tmp_path: Path) -> None:
    assert not recompiled(compiled(tmp_path, PLACE), compiled(tmp_path, "/usr/local/lib/b.py"), PLACE)
    assert not recompiled(compiled(tmp_path, PLACE), compiled(tmp_path, "a.py"), PLACE)


def test_a_source_with_a_long_name_is_compared_as_it_is(tmp_path: Path) -> None:
    place = f"/{'a' * 260}/a.py"
    assert not recompiled(compiled(tmp_path, place), compiled(tmp_path, "/b/a.py"), place)


def test_the_header_counts_but_for_the_time(tmp_path: Path) -> None:
    code = compiled(tmp_path, PLACE)
    assert recompiled(code, code[:8] + bytes(4) + code[12:])
    assert not recompiled(code, code[:12] + bytes(4) + code[16:])
    assert not recompiled(code, b"\0\0\0\0" + code[4:])
    assert not recompiled(code, code[:10])
