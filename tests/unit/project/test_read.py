import errno
import os
from pathlib import Path
from typing import Any

import pytest

from stagewright.errors import UsageError
from stagewright.project import read_file, read_project, read_sources, walk


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_files_in_path_order_without_what_tools_make(tmp_path: Path) -> None:
    write(
        tmp_path,
        src__b_DOT_js="b",
        src__a_DOT_js="aa",
        package_DOT_json="{}",
        node_modules__x__index_DOT_js="x",
        _DOT_git__HEAD="x",
        env__pyvenv_DOT_cfg="x",
        env__lib__x_DOT_py="x",
    )
    project = read_project(tmp_path)
    assert dict(project.files) == {"package.json": 2, "src/a.js": 2, "src/b.js": 1}
    assert list(project.files) == sorted(project.files)
    assert project.texts == {"package.json": "{}"}
    assert not project.truncated


def test_no_link_leads_out(tmp_path: Path) -> None:
    context, outside = tmp_path / "context", tmp_path / "outside"
    write(context, real__package_DOT_json="{}")
    write(outside, package_DOT_json='{"secret": 1}', deep__x="x")
    (context / "package.json").symlink_to(outside / "package.json")
    (context / "requirements.txt").symlink_to("real/package.json")
    (context / "folder").symlink_to(outside)
    (context / "loop").symlink_to(".")
    project = read_project(context)
    assert set(project.files) == {"package.json", "folder", "loop", "real/package.json", "requirements.txt"}
    assert project.texts == {"real/package.json": "{}", "requirements.txt": "{}"}
    assert read_file(context, "../outside/package.json") is None
    assert read_file(context, "folder/package.json") is None


def test_a_pipe_is_no_file_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "package.json")
    assert dict(read_project(tmp_path).files) == {}
    assert read_file(tmp_path, "package.json") is None


def test_bounds_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, a="", b="", c="", d__e="")
    monkeypatch.setattr(walk, "MAX_FILES", 2)
    project = read_project(tmp_path)
    assert list(project.files) == ["a", "b"]
    assert project.truncated


class _Closed:
    """An entry of a folder that may be listed and not entered."""

    name = "a"

    def stat(self, **_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", self.name)


def test_a_folder_that_may_only_be_listed_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, b="", closed__a="")
    read = walk._entries

    def entries(root: Path, folder: str) -> list[Any]:
        return [_Closed()] if folder == "closed" else read(root, folder)

    monkeypatch.setattr(walk, "_entries", entries)
    assert list(read_project(tmp_path).files) == ["b"]


def test_a_large_or_broken_manifest(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_bytes(b"{\xff}")
    (tmp_path / "package-lock.json").write_bytes(b" " * (4 * 1024 * 1024 + 1))
    assert read_project(tmp_path).texts == {"package.json": "{\N{REPLACEMENT CHARACTER}}"}


def test_sources_by_suffix(tmp_path: Path) -> None:
    write(tmp_path, b_DOT_py="b", a__c_DOT_py="c", x_DOT_js="x")
    assert list(read_sources(read_project(tmp_path), (".py",))) == [("a/c.py", "c"), ("b.py", "b")]


@pytest.mark.parametrize(("name", "word"), [("absent", "does not exist"), ("file", "is not a folder")])
def test_what_cannot_be_read_is_said_with_a_way_out(tmp_path: Path, name: str, word: str) -> None:
    write(tmp_path, file="x")
    with pytest.raises(UsageError, match=word) as caught:
        read_project(tmp_path / name)
    assert "build context" in caught.value.hint


def test_ignored_paths_stay_listed(tmp_path: Path) -> None:
    write(tmp_path, a_DOT_py="", b_DOT_py="b", _DOT_dockerignore="*.py\n!b.py\n")
    project = read_project(tmp_path)
    assert set(project.files) == {".dockerignore", "a.py", "b.py"}
    assert project.ignored == {"a.py"}
    assert [path for path, _ in read_sources(project, (".py",))] == ["b.py"]


def test_the_ignore_file_of_the_dockerfile_itself_counts(tmp_path: Path) -> None:
    write(tmp_path, a="", b="", _DOT_dockerignore="a\n")
    (tmp_path / "prod.Dockerfile.dockerignore").write_text("b\n", encoding="utf-8")
    assert read_project(tmp_path, dockerfile="prod.Dockerfile").ignored == {"b"}


def test_a_pattern_that_no_engine_accepts(tmp_path: Path) -> None:
    write(tmp_path, _DOT_dockerignore="[\n")
    with pytest.raises(UsageError, match=r"\.dockerignore:1"):
        read_project(tmp_path)
