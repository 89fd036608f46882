"""An image of the engine, the same saved to a file, and as an OCI layout: one inventory."""

import subprocess
from pathlib import Path

import pytest

from stagewright.engine import BuildRequest, Engine
from stagewright.model.inventory import Inventory
from stagewright.verbs.image import image
from tests.lab import unpacking

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

DOCKERFILE = """\
FROM alpine
RUN dd if=/dev/zero of=/tmp/download bs=1000 count=300 && mkdir /data && echo old > /data/old
RUN rm /tmp/download && rm -r /data && mkdir /data && dd if=/dev/urandom of=/data/new bs=1000 count=50
COPY main.go README.md /app/
RUN cp /data/new /app/copy && ln /app/copy /app/again && echo more >> /app/README.md
ENV A=b
"""


@pytest.fixture(scope="module")
def ref(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    context = tmp_path_factory.mktemp("context")
    (context / "main.go").write_text("package main\n")
    (context / "README.md").write_text("# App\n")
    return engine.build(BuildRequest(context, dockerfile_text=DOCKERFILE)).ref


@pytest.fixture(scope="module")
def found(ref: str) -> Inventory:
    return image(ref)


def test_waste_of_an_image_of_the_engine(found: Inventory) -> None:
    waste = {one.kind: (one.size, one.files) for one in found.waste}
    assert waste["deleted later"] == (300_004, 2)
    assert waste["duplicate"] == (50_000, 1)
    assert waste["overwritten later"] == (6, 1)
    assert waste["source"] == (13, 1)
    assert found.stored - found.visible == 300_010
    dd, rm, copy, cp = found.layers[-4:]
    assert [one.created_by.split()[0] for one in (dd, rm, copy, cp)] == ["RUN", "RUN", "COPY", "RUN"]
    assert dd.waste == {"deleted later": 300_004}
    assert cp.content == 50_000 + len("# App\nmore\n")


def test_the_same_from_an_archive_and_from_a_layout(ref: str, found: Inventory, tmp_path: Path) -> None:
    saved, layout = tmp_path / "image.tar", tmp_path / "layout"
    subprocess.run(["docker", "save", "-o", saved, ref], check=True)
    with unpacking.opened(saved) as archive:
        archive.extractall(layout)
    for place in (saved, layout):
        same = image(str(place))
        assert same.layers == found.layers
        assert (same.size, same.stored, same.visible) == (found.size, found.stored, found.visible)
        assert (same.waste, same.folders, same.packages) == (found.waste, found.folders, found.packages)
