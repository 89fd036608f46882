"""What the command says, and its exit code, when a verb does not come to its end."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stagewright.cli import check
from stagewright.cli.main import main
from stagewright.engine import EngineDiskFull, RegistryFault
from stagewright.errors import StagewrightError, UsageError


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "error: interrupted\n"),
        (UsageError("a word", "another"), 2, "error: a word\nhint: another\n"),
        (EngineDiskFull("full"), 3, "error: full\n"),
        (RegistryFault("slow"), 75, "error: slow\n"),
        (
            OSError(errno.ENOSPC, "No space left on device", "a"),
            3,
            "error: a: No space left on device\nhint: make room or give the right; nothing was written\n",
        ),
    ],
)
def test_every_end_has_its_exit_code_and_no_traceback(
    error: StagewrightError | OSError | KeyboardInterrupt,
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(_: object) -> int:
        raise error

    monkeypatch.setattr(check, "run", fails)
    assert main(["check", str(tmp_path)]) == code
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize(
    "words", [["check"], ["design", "--no-engine"], ["design", "--no-engine", ".", "-f"]]
)
def test_a_path_that_is_too_long_is_bad_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "a" * 5000]) == 2
    assert "File name too long\nhint: name a shorter path\n" in capsys.readouterr().err


def test_a_name_that_is_no_hardening_is_named_and_a_path_is_a_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["design", "--no-engine", "--harden", "usr", str(tmp_path)]) == 2
    assert "no hardening is called 'usr'" in capsys.readouterr().err
    assert main(["design", "--no-engine", "--harden", str(tmp_path)]) == 0
    assert str(tmp_path) in capsys.readouterr().out


def test_the_hook_has_a_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["hook", "--help"])
    assert ended.value.code == 0
    assert "PostToolUse" in capsys.readouterr().out


def test_what_the_terminal_s_encoding_lacks_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "café.Dockerfile").write_text("FROM scratch\n")
    ran = subprocess.run(
        [sys.executable, "-m", "stagewright.cli.main", "check", "."],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (ran.stdout.partition(b":")[0], ran.stderr) == (b"caf\\xe9.Dockerfile", b"")


def test_a_verb_costs_no_import_of_what_the_others_need(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY a /a\n")
    code = (
        "import sys; from stagewright.cli.main import main\n"
        "assert main(['check', sys.argv[1]]) == 0\n"
        "heavy = {'rich', 'yaml', 'stagewright.engine', 'stagewright.proof'} & set(sys.modules)\n"
        "sys.exit(str(sorted(heavy)) if heavy else 0)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
