from __future__ import annotations

import pytest

from stagewright.evidence import code


@pytest.mark.parametrize(
    "text",
    [
        'subprocess.run(["dot", "-Tpng"])',
        'import subprocess\nsubprocess.run(["dot"] + options)',
        'import subprocess\nsubprocess.run(base + ["dot"])',
        "DOT_BINARY = pathlib.Path('dot')",
        'cmd = ["dot"]',
        "cmd: list[str] = ['dot', x]",
        "const options = {binary: 'dot -v'}",
        'exec.Command("dot")',
        "shutil.which('/usr/bin/dot')",
    ],
)
def test_programs_are_told_where_they_are_called_or_named(text: str) -> None:
    assert "dot" in code.programs(text)


def test_a_word_alone_is_no_program() -> None:
    assert code.programs('request.files["file"], headers["host"]') == frozenset()
    assert "file" in code.words('request.files["file"]')
    assert not code.starts_processes('request.files["file"]')
    assert code.starts_processes("from child_process import spawn")


@pytest.mark.parametrize(
    "text", ["dlopen(ffi, 'libcairo.so.2')", 'CDLL("/usr/lib/libcairo.so.2")', '["libcairo.so.2"]']
)
def test_libraries_are_told_by_their_sonames(text: str) -> None:
    assert "libcairo.so.2" in code.opened_libraries(text)
