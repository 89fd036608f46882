from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from stagewright.errors import EnvironmentLacks, UsageError
from stagewright.verbs.writing import write_files


def test_writes_what_differs_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    (tmp_path / "same").write_text("x")
    read = {"Dockerfile": "FROM a\n", "same": "x", "new": None}
    changed = write_files(tmp_path, {"Dockerfile": "FROM b\n", "new": "n", "same": "x"}, read)
    assert changed == (tmp_path / "Dockerfile", tmp_path / "new")
    assert (tmp_path / "Dockerfile").read_text() == "FROM b\n"
    assert (tmp_path / "new").read_text() == "n"


def test_a_file_that_changed_since_is_left(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM mine\n")
    with pytest.raises(UsageError, match="has changed since it was read"):
        write_files(tmp_path, {"Dockerfile": "FROM b\n", "a": "x"}, {"Dockerfile": "FROM a\n", "a": None})
    assert (tmp_path / "Dockerfile").read_text() == "FROM mine\n"
    assert [path.name for path in tmp_path.iterdir()] == ["Dockerfile"]


def test_a_file_that_appeared_since_is_left(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("mine\n")
    with pytest.raises(UsageError, match="has changed since it was read"):
        write_files(tmp_path, {".dockerignore": "ours\n"}, {".dockerignore": None})
    assert (tmp_path / ".dockerignore").read_text() == "mine\n"


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("FROM a\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "Dockerfile").symlink_to(outside)
    with pytest.raises(UsageError, match="symbolic link"):
        write_files(project, {"Dockerfile": "FROM b\n"}, {"Dockerfile": "FROM a\n"})
    assert outside.read_text() == "FROM a\n"


def test_mode_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "Dockerfile"
    target.write_text("FROM a\n")
    target.chmod(0o640)
    write_files(tmp_path, {"Dockerfile": "FROM b\n"}, {"Dockerfile": "FROM a\n"})
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_full_disk_leaves_every_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\n", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentLacks, match=rf"cannot write {tmp_path}: No space left") as caught:
        write_files(tmp_path, {"Dockerfile": "FROM b\n"}, {"Dockerfile": "FROM a\n"})
    assert caught.value.exit_code == 3
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"Dockerfile": "FROM a\n"}
