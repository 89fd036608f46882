"""What the lab brings where a bare Debian has it not: what virtual environments need, and Go."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.lab import go, packages, venv


def test_what_debians_python_lacks_for_virtual_environments_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wanted: list[Mapping[str, str]] = []
    commands: list[list[Any]] = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(packages, "ensure", wanted.append)
    monkeypatch.setattr(venv, "run", commands.append)
    venv.make(tmp_path / "v")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert wanted == [{f"{version}-venv": f"/usr/lib/{version}/ensurepip/__init__.py"}]
    assert commands == [[sys.executable, "-m", "venv", "--clear", tmp_path / "v"]]


@pytest.mark.parametrize(
    ("says", "found"), [("go version go1.26.8 x", True), ("go version go1.19.8 x", False)]
)
def test_go_is_brought_where_there_is_none_that_is_new_enough(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str, found: bool
) -> None:
    program = tmp_path / "go"
    program.touch()
    monkeypatch.setattr(shutil, "which", lambda _: str(program))
    monkeypatch.setattr(go, "run", lambda words, **_: says if words[0] == str(program) else "")
    monkeypatch.setattr(go, "CACHE", tmp_path)
    monkeypatch.setattr(venv, "private", lambda name: tmp_path / f"venv-{name}")
    assert go.find() == (str(program) if found else str(tmp_path / "venv-go/bin/go"))


def test_make_takes_that_environment() -> None:
    text = (Path(__file__).parents[3] / "Makefile").read_text(encoding="utf-8")
    assert "$(PYTHON) -m tests.lab.venv $(VENV)\n" in text
