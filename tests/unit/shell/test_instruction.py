from __future__ import annotations

import pytest

from stagewright.dockerfile import Dockerfile, parse
from stagewright.shell import Script, commands_of, posix_shell


def _last(text: str) -> tuple[Dockerfile, Script]:
    df = parse(text)
    return df, commands_of(df.stages[-1].instructions[-1])


def _sources(text: str) -> list[str]:
    df, script = _last(text)
    return [df.text[c.span.start : c.span.end] for c in script.commands]


def test_spans_of_a_continued_run_lie_in_the_file() -> None:
    text = "FROM a\nRUN é &&\\\n  # note\n\n  npm ci \\\n  --foo && ls\n"
    assert _sources(text) == ["é", "npm ci \\\n  --foo", "ls"]


def test_a_here_document_is_the_script() -> None:
    assert _sources("FROM a\nRUN <<EOF\nset -e\nnpm ci\nEOF\n") == ["set -e", "npm ci"]
    assert _sources("FROM a\nRUN <<-EOF\n\tset -e\n\tnpm ci\n\tEOF\n") == ["set -e", "npm ci"]
    assert _sources("FROM a\nRUN <<EOF bash\nls -l\nEOF\n") == ["ls -l"]


def test_a_here_document_that_feeds_a_command_is_none_of_its_commands() -> None:
    assert _sources("FROM a\nRUN cat <<EOF > /x && ls\nnpm ci\nEOF\n") == ["cat", "ls"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("RUN <<EOF python\nimport os\nEOF", "python"),
        ("RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF", "python3"),
        ("RUN if", "parse"),
    ],
)
def test_what_no_shell_reads_is_opaque(text: str, word: str) -> None:
    _, script = _last(f"FROM a\n{text}\n")
    assert script.opaque
    assert word in script.reason
    assert script.commands == ()


def test_json_form_is_one_command() -> None:
    _, script = _last('FROM a\nCMD ["npm", "run", "$X"]\n')
    (command,) = script.commands
    assert (command.program, command.args) == ("npm", ("run", "$X"))


@pytest.mark.parametrize("form", ["curl -f x", '["curl", "-f", "x"]'])
def test_the_command_of_a_health_check(form: str) -> None:
    df, script = _last(f"FROM a\nHEALTHCHECK --interval=3s CMD {form}\n")
    (command,) = script.commands
    assert (command.program, command.args) == ("curl", ("-f", "x"))
    assert df.text[command.span.start :].lstrip('"').startswith("curl")


def test_no_health_check_and_an_empty_array_have_no_commands() -> None:
    assert _last("FROM a\nHEALTHCHECK NONE\n")[1].commands == ()
    assert _last("FROM a\nCMD []\n")[1] == Script(())


@pytest.mark.parametrize(
    ("text", "posix"),
    [
        ("FROM a\nRUN x\n", True),
        ('FROM a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN x\n', True),
        ('FROM a\nSHELL ["powershell", "-Command"]\nRUN x\n', False),
        ('FROM a AS b\nSHELL ["pwsh", "-c"]\nFROM b\nRUN x\n', False),
        ("FROM mcr.microsoft.com/windows/servercore\nRUN x\n", False),
        ('FROM a\nRUN x\nSHELL ["pwsh", "-c"]\nRUN y\n', False),
    ],
)
def test_the_shell_in_force_decides(text: str, posix: bool) -> None:
    df = parse(text)
    stage = df.stages[-1]
    assert posix_shell(df, stage, stage.instructions[-1]) is posix


def test_an_earlier_run_is_not_touched_by_a_later_shell() -> None:
    df = parse('FROM a\nRUN x\nSHELL ["pwsh", "-c"]\n')
    assert posix_shell(df, df.stages[0], df.stages[0].instructions[0])


def test_a_foreign_shell_makes_shell_form_opaque() -> None:
    df = parse("FROM a\nRUN Get-Item x\n")
    run = df.stages[0].instructions[0]
    script = commands_of(run, shell=("powershell", "-Command"))  # noqa: S604
    assert script.opaque
    assert "powershell" in script.reason


def test_a_long_name_of_a_heredoc_is_read_at_once() -> None:
    name = "a" * 60_000
    assert _sources(f"FROM a\nRUN <<{name} b c\nx\n{name}\n") == []
