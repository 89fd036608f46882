"""What a name leads to in PATH."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.evidence.cache import LayerCache
from stagewright.evidence.start import absent_from_check, program_path
from stagewright.evidence.tree import read_tree
from stagewright.model.image import Healthcheck, ImageConfig
from tests.unit.evidence.images import FakeEngine, as_engine, file, folder, layer
from tests.unit.images_of import tree_of


@pytest.mark.parametrize(("name", "found"), [("ls", "/bin/ls"), ("..", None), (".", None), ("cat", None)])
def test_a_program_is_a_file_in_path(tmp_path: Path, name: str, found: str | None) -> None:
    image = as_engine(FakeEngine(image=[layer(folder("bin"), file("bin/ls", b"#!"))]))
    assert program_path(name, read_tree(image, "image", LayerCache(tmp_path))) == found


@pytest.mark.parametrize(
    ("test", "absent"),
    [
        (("CMD", "curl", "-f", "http://localhost/"), "curl"),
        (("CMD-SHELL", "curl -f http://localhost/ || exit 1"), "curl"),
        (("CMD-SHELL", "cd /app && timeout 5 curl http://localhost/ && wget -q localhost"), "curl"),
        (("CMD", "./check"), "check"),
        (("CMD", "wget", "-q", "http://localhost/"), ""),
        (("CMD-SHELL", "curl -f http://localhost/ || wget -q http://localhost/"), ""),
        (("CMD-SHELL", "curl http://localhost/ | wget -q -"), ""),
        (("CMD-SHELL", "wget -q localhost || curl localhost"), ""),
        (("CMD-SHELL", "$ASK http://localhost/"), ""),
        (("NONE",), ""),
    ],
)
def test_a_health_check_that_never_passes(test: tuple[str, ...], absent: str) -> None:
    paths = {"/bin/sh": "", "/usr/bin/timeout": "", "/usr/bin/wget": "", "/app/main": ""}
    tree = tree_of(("base", paths), config=ImageConfig(workdir="/app", healthcheck=Healthcheck(test)))
    assert absent_from_check(tree) == absent
