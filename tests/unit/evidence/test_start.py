"""What a name leads to in PATH."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.evidence.cache import LayerCache
from stagewright.evidence.start import program_path
from stagewright.evidence.tree import read_tree
from tests.unit.evidence.images import FakeEngine, as_engine, file, folder, layer


@pytest.mark.parametrize(("name", "found"), [("ls", "/bin/ls"), ("..", None), (".", None), ("cat", None)])
def test_a_program_is_a_file_in_path(tmp_path: Path, name: str, found: str | None) -> None:
    image = as_engine(FakeEngine(image=[layer(folder("bin"), file("bin/ls", b"#!"))]))
    assert program_path(name, read_tree(image, "image", LayerCache(tmp_path))) == found
