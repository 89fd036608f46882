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
        'dot_exec_name = "dot"',
        "this.toolPath = 'dot'",
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


def test_libraries_may_be_opened_by_words_or_by_names_of_which_the_start_is_written() -> None:
    assert "gdal" in code.library_stems("names = ['gdal']\nfind_library(name)").whole
    assert code.library_stems("names = ['gdal']") == code.Stems()
    assert code.library_stems("find_library('MagickWand' + suffix)").begun == ("MagickWand",)
    assert code.library_stems("find_library(f'MagickWand{suffix}')").begun == ("MagickWand",)
    assert code.library_stems("CDLL('libpcre2-8.so')").links == {"libpcre2-8.so"}
    assert not code.library_stems("CDLL('libpcre2-8.so.0')").links


@pytest.mark.parametrize(
    ("text", "computed"),
    [
        ("tool=git\n$tool log", True),
        ('if x; then "$TOOL" log; fi', True),
        ('exec "$@"', False),
        ('echo "$HOME"', False),
        ("exec ${TOOL:-git} log", True),
    ],
)
def test_shell_that_runs_a_variable_is_told(text: str, computed: bool) -> None:
    assert code.runs_computed_commands(text) is computed


def test_words_that_shell_gives_to_variables() -> None:
    text = "VCS=${VCS:-git}\nfor tool in dot neato; do $tool; done\nX=/usr/bin/gs"
    assert {"git", "dot", "neato", "gs"} <= code.assigned(text)


def test_a_list_of_one_word_is_a_command_but_not_as_a_property() -> None:
    assert code.programs("require('child_process'); start(['dot'])") == {"dot"}
    data = """require('child_process'); x({"extensions":["xz"],required: ['import'], cmd: ["curl"]})"""
    assert code.programs(data) == {"curl"}


def test_blank_and_unclosed_text_is_read_in_one_pass() -> None:
    blank = "import" + " " * 200_000 + "bin=" + " " * 200_000 + "run(" + " " * 200_000
    assert code.imports(blank) == frozenset()
    assert code.programs(blank) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "import subprocess",
        "os.system('a')",
        "os.posix_spawn(a)",
        "import pexpect",
        "require('child_process')",
        "import { execa } from 'execa'",
        "from 'zx'",
        "Bun.spawn(a)",
        "Bun.$`a`",
        "new Deno.Command(a)",
        'import "os/exec"',
        "new ProcessBuilder(a)",
        "Runtime.getRuntime()",
        "shell_exec($a)",
        "std::process::Command",
        "Process.Start(a)",
        "System.cmd(a)",
        "proc_open($a)",
        "passthru($a)",
        "IO.popen(a)",
        "Open3.capture2(a)",
        "asyncio.create_subprocess_exec(a)",
        "spawnSync(a)",
        "execSync(a)",
    ],
)
def test_each_means_to_run_a_program_is_known(text: str) -> None:
    assert code.starts_processes(text)
    assert not code.starts_processes("console.log(a)")
