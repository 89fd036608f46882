"""What is opened late, and by no name that the code has."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.evidence.judge import learn
from stagewright.model.evidence import Evidence
from stagewright.model.image import Elf, ImageConfig
from stagewright.model.project import Project
from tests.unit.images_of import Layer, tree_of

BASE: Layer = (
    "base",
    {
        "/usr/bin/python3": Elf(),
        "/usr/bin/node": Elf(),
        "/usr/share/zoneinfo/Europe/Vienna": "",
        "/tmp": None,
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
        "/etc/group": "root:x:0:\n",
        "/var/lib/dpkg/status": "Package: tzdata\nStatus: install ok installed\nVersion: 2026a\n",
        "/var/lib/dpkg/info/tzdata.list": "/usr/share/zoneinfo/Europe/Vienna\n",
    },
)


def judged(layer: Layer, *start: str, env: tuple[tuple[str, str], ...] = ()) -> Evidence:
    config = ImageConfig(env=(("PATH", "/usr/bin"), *env), cmd=start, workdir="/app")
    return learn(tree_of(BASE, layer, config=config), tree_of(BASE), Project(Path("/project"), {}))


@pytest.mark.parametrize(
    ("program", "env", "needed"),
    [
        ("python3", (("TZ", "Europe/Vienna"),), True),
        ("python3", (("TZ", ""),), False),
        ("python3", (), False),
        ("node", (("TZ", "Europe/Vienna"),), False),
    ],
)
def test_the_variable_of_the_time_zone_needs_zones(
    program: str, env: tuple[tuple[str, str], ...], needed: bool
) -> None:
    evidence = judged(("COPY . .", {"/app/main": "print(1)"}), program, "main", env=env)
    assert ("tzdata" in {need.name for need in evidence.packages}) is needed
    assert (evidence.reason_for("/usr/share/zoneinfo/Europe/Vienna") is None) is needed


@pytest.mark.parametrize(
    ("named", "needed"),
    [("", []), ("/tmp", ["/tmp"]), ("/etc/passwd", ["/etc/passwd", "/etc/group"])],
)
def test_a_static_program_needs_the_places_that_it_names(named: str, needed: list[str]) -> None:
    evidence = judged(("RUN go build", {"/app/server": Elf(soname=named)}), "/app/server")
    places = ("/tmp", "/etc/passwd", "/etc/group")
    assert [place for place in places if evidence.reason_for(place) is None] == needed


def test_a_dynamic_program_has_them_from_the_base_of_its_libraries() -> None:
    evidence = judged(("RUN cc", {"/app/server": Elf(soname="/tmp", needed=("libc.so.6",))}), "/app/server")
    assert evidence.reason_for("/tmp") is not None
