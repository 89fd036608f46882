import pytest

from stagewright.evidence.build_tools import LINKED_WITH, SOURCE, TOOLS


@pytest.mark.parametrize(
    "path",
    [
        "/usr/bin/gcc",
        "/usr/bin/x86_64-linux-gnu-gcc-12",
        "/usr/local/go/bin/go",
        "/usr/bin/make",
        "/usr/bin/mvn",
    ],
)
def test_tools(path: str) -> None:
    assert TOOLS.fullmatch(path)


@pytest.mark.parametrize("path", ["/usr/bin/node", "/app/gcc", "/usr/bin/asset", "/usr/bin/git"])
def test_other_programs(path: str) -> None:
    assert not TOOLS.fullmatch(path)


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/usr/include/zlib.h", True),
        ("/usr/lib/x86_64-linux-gnu/libz.a", True),
        ("/usr/lib/pkgconfig/zlib.pc", True),
        ("/usr/lib/x86_64-linux-gnu/libz.so.1", False),
        ("/app/include/a.h", False),
    ],
)
def test_what_is_linked_with(path: str, is_one: bool) -> None:
    assert bool(LINKED_WITH.fullmatch(path)) is is_one


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/app/main.go", True),
        ("/app/src/Main.java", True),
        ("/app/native/a.c", True),
        ("/usr/lib/python3/site-packages/numpy/a.h", False),
        ("/app/app.py", False),
    ],
)
def test_source(path: str, is_one: bool) -> None:
    assert bool(SOURCE.fullmatch(path)) is is_one
