from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from stagewright.cli.options import add_build, add_watching, build_inputs, environment, hardenings
from stagewright.errors import UsageError
from stagewright.model.design import HARDENINGS


def _parse(*words: str) -> argparse.Namespace:
    command = argparse.ArgumentParser()
    add_build(command)
    add_watching(command)
    return command.parse_args(words)


def test_build_options() -> None:
    inputs = build_inputs(_parse("--build-arg", "A=b=c", "--target", "x", "--build-context", "deps=../d"))
    assert inputs.build_args == (("A", "b=c"),)
    assert inputs.target == "x"
    assert inputs.build_contexts == (("deps", "../d"),)


def test_a_build_argument_without_a_value_has_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODE", "a=b")
    monkeypatch.delenv("OTHER", raising=False)
    given = _parse("--build-arg", "MODE", "--build-arg", "OTHER", "--build-arg", "C=1")
    assert build_inputs(given).build_args == (("MODE", "a=b"), ("C", "1"))


def test_a_pair_without_a_value_is_refused() -> None:
    with pytest.raises(UsageError, match="--build-arg 1 A: NAME=VALUE"):
        build_inputs(_parse("--build-arg", "1 A"))
    with pytest.raises(UsageError, match="--env A: NAME=VALUE"):
        environment(_parse("--env", "A"))


def test_env_wins_over_env_file(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("# comment\nA=1\nB=2\n\n")
    assert environment(_parse("--env", "A=3", "--env-file", str(file))) == (("A", "3"), ("B", "2"))


def test_a_bad_line_of_an_env_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("A=1\nnonsense\n")
    with pytest.raises(UsageError, match="env:2:1: NAME=VALUE is expected: nonsense"):
        environment(_parse("--env-file", str(file)))


def test_hardening_names() -> None:
    assert hardenings(None) is None
    assert hardenings("none") == frozenset()
    assert hardenings("all") == frozenset(HARDENINGS)
    assert hardenings("user, health") == frozenset({"user", "health"})
    with pytest.raises(UsageError, match="no hardening is called 'usr'"):
        hardenings("usr")
