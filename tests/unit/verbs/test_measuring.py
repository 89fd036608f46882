from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from stagewright.engine import BuildFailed, BuildRequest, BuiltImage, Engine
from stagewright.project import read_project
from stagewright.verbs.measuring import after_edit, cold, source_to_edit


@dataclass
class FakeEngine:
    """Notes what it is asked to build, and what the edited file said then."""

    edited: str = ""
    fails: bool = False
    requests: list[BuildRequest] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)

    def build(self, request: BuildRequest) -> BuiltImage:
        self.requests.append(request)
        if self.edited:
            self.contents.append((request.context / self.edited).read_text(encoding="utf-8"))
        if self.fails:
            raise BuildFailed("it broke")
        return BuiltImage("built", 1.0, (), "")


def project(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("text\n", encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("src/deep/a.ts", "src/index.ts", "src/a.ts", "src/index.test.ts"), "src/index.ts"),
        (("lib/util.py", "app.py", "tests/main.py", "pyproject.toml"), "app.py"),
        (("b.go", "a.go"), "a.go"),
        (("styles.css", "README.md"), "styles.css"),
        (("README.md", "package.json", "tests/index.js"), None),
    ],
)
def test_the_file_that_a_developer_edits_is_chosen(
    tmp_path: Path, names: tuple[str, ...], chosen: str | None
) -> None:
    assert source_to_edit(read_project(project(tmp_path, *names))) == chosen


@pytest.mark.parametrize(("name", "mark"), [("app.py", "# "), ("index.ts", "// "), ("a.css", "/* ")])
def test_one_line_is_added_in_a_copy(tmp_path: Path, name: str, mark: str) -> None:
    root = project(tmp_path, name, "other.txt")
    engine = FakeEngine(edited=name)
    request = BuildRequest(root, dockerfile=root / "Dockerfile", build_args=(("A", "1"),))
    built = after_edit(cast(Engine, engine), request, read_project(root))
    assert built is not None
    assert engine.contents[0].startswith(f"text\n\n{mark}")
    assert engine.requests[0].context != root
    assert engine.requests[0].build_args == request.build_args
    assert not engine.requests[0].context.exists()
    assert (root / name).read_text(encoding="utf-8") == "text\n"


def test_nothing_is_measured_where_nothing_can_be_edited(tmp_path: Path) -> None:
    root = project(tmp_path, "README.md")
    engine = FakeEngine()
    assert after_edit(cast(Engine, engine), BuildRequest(root), read_project(root)) is None
    assert engine.requests == []


def test_an_edit_that_breaks_the_build_measures_nothing(tmp_path: Path) -> None:
    root = project(tmp_path, "app.py")
    engine = FakeEngine(fails=True)
    assert after_edit(cast(Engine, engine), BuildRequest(root), read_project(root)) is None


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("text\n", encoding="utf-8")
    root = project(tmp_path / "root", "README.md")
    (root / "app.py").symlink_to(outside)
    (root / "pkg").symlink_to(tmp_path)
    assert after_edit(cast(Engine, FakeEngine()), BuildRequest(root), read_project(root)) is None
    assert outside.read_text(encoding="utf-8") == "text\n"


def test_a_cold_build_uses_no_cache_and_leaves_none(tmp_path: Path) -> None:
    engine = FakeEngine()
    for _ in range(2):
        cold(cast(Engine, engine), BuildRequest(tmp_path))
    assert all(request.no_cache for request in engine.requests)
    spaces = {request.cache_ns for request in engine.requests}
    assert None not in spaces
    assert len(spaces) == 2
