"""What the run-time closure alone leaves behind, on small images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stagewright.evidence.bold import WORTH, learn_boldly, unit_of
from stagewright.evidence.judge import learn
from stagewright.model.evidence import Evidence
from stagewright.model.fact import UNSHOWN
from stagewright.model.image import Elf, ImageConfig
from stagewright.model.project import Project
from tests.unit.evidence.test_judge import BASE, CONFIG, STATUS
from tests.unit.images_of import Layer, Link, tree_of

HEAVY = "x" * WORTH
PROJECT = Project(Path("/project"), {})
APP: Layer = ("COPY . .", {"/app/dist/index.js": "", "/app/model": HEAVY})
X86 = "EM_X86_64"
CALL = "require('child_process').spawn('t')"
PACKAGES = """
Package: bc
Status: install ok installed
Version: 1.07
Depends: libreadline8

Package: libreadline8
Status: install ok installed
Version: 8.2
"""
INSTALLED: Layer = (
    "RUN apt-get install -y bc",
    {
        "/usr/bin/bc": Elf(needed=("libreadline.so.8",), machine=X86),
        "/usr/lib/libreadline.so.8": Elf(machine=X86),
        "/var/lib/dpkg/status": STATUS + PACKAGES,
        "/var/lib/dpkg/info/bc.list": "/usr/bin/bc\n",
        "/var/lib/dpkg/info/libreadline8.list": "/usr/lib/libreadline.so.8\n",
    },
)


def boldly(
    *layers: Layer, config: ImageConfig = CONFIG, observed: tuple[str, ...] = ()
) -> tuple[Evidence, Evidence]:
    """The bold judgement and the careful one."""
    tree = tree_of(BASE, APP, *layers, config=config)
    return learn_boldly(tree, tree_of(BASE), PROJECT, observed), learn(tree, tree_of(BASE), PROJECT, observed)


def left(*layers: Layer, config: ImageConfig = CONFIG, observed: tuple[str, ...] = ()) -> set[str]:
    """What the bold judge leaves behind and the careful one keeps, by package or folder."""
    bold, careful = boldly(*layers, config=config, observed=observed)
    assert all(careful.reason_for(path) is None for path in bold.unshown)
    assert all(bold.reason_for(path) == reason for path, reason in bold.unshown.items())
    return {reason.why.partition(": ")[0] for reason in bold.unshown.values()}


def tool(name: str = "/opt/tool/bin/tool", text: str = HEAVY) -> Layer:
    return ("RUN fetch", {name: text})


def test_where_all_is_the_applications_own_it_is_as_the_careful_judge_says() -> None:
    bold, careful = boldly()
    assert bold == careful


def test_a_package_that_was_asked_for_goes_with_what_it_brought_under_its_own_name() -> None:
    bold, careful = boldly(INSTALLED)
    assert {need.name for need in careful.packages} - {need.name for need in bold.packages} == {"bc"}
    assert {path: reason.kind for path, reason in bold.unshown.items()} == dict.fromkeys(
        ("/usr/bin/bc", "/usr/lib/libreadline.so.8"), UNSHOWN
    )
    assert {reason.why.partition(": ")[0] for reason in bold.unshown.values()} == {"bc"}
    assert [fact.subject for fact in bold.facts if fact.kind == UNSHOWN] == ["bc"]


def test_a_package_that_code_calls_or_a_run_showed_stays() -> None:
    assert left(INSTALLED, ("COPY x .", {"/app/dist/index.js": CALL.replace("'t'", "'bc'")})) == set()
    assert left(INSTALLED, observed=("/usr/bin/bc",)) == set()


def test_a_package_of_the_base_that_only_a_tool_needed_goes_with_the_tool() -> None:
    elf = ("RUN fetch", {"/opt/tool/bin/tool": Elf(needed=("libpcre2-8.so.0",), machine=X86)})
    bold, careful = boldly(elf, tool("/opt/tool/data"))
    assert careful.reason_for("/usr/lib/libpcre2-8.so.0") is None
    reason = bold.reason_for("/usr/lib/libpcre2-8.so.0")
    assert reason is not None and reason.kind == UNSHOWN


@pytest.mark.parametrize(
    "path",
    [
        "/app/data/x",
        "/etc/app/x",
        "/usr/local/lib/python3.13/site-packages/a/x",
        "/node_modules/a/x",
        "/usr/bin/git",
    ],
)
def test_what_is_never_in_doubt(path: str) -> None:
    assert left(tool(path)) == set()


def test_what_is_small_is_not_in_doubt() -> None:
    assert left(tool(text="x")) == set()


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("/opt/tool/bin/x", "/opt/tool"),
        ("/usr/local/bin/x", "/usr/local/bin/x"),
        ("/usr/local/lib/node_modules/typescript/bin/tsc", "/usr/local/lib/node_modules/typescript"),
        ("/root/.cache/models/x/y", "/root/.cache/models"),
        ("/data/x", "/data"),
        ("/x", "/x"),
    ],
)
def test_a_folder_of_its_own_goes_whole(path: str, unit: str) -> None:
    assert unit_of(path) == unit
    assert left(tool(path)) == {unit}


@pytest.mark.parametrize(
    "layer",
    [
        ("COPY x .", {"/app/settings.toml": "tool = '/opt/tool/bin/tool'"}),
        ("COPY x .", {"/app/server": Elf(runpath=("/opt/tool/lib",))}),
        ("COPY x /etc", {"/etc/server.conf": "root /opt/tool;"}),
        ("RUN ln", {"/app/tool": Link("/opt/tool/bin/tool")}),
        ("RUN ln", {"/tool": Link("/opt/tool"), "/app/start.sh": "cat /tool/bin/tool"}),
        ("RUN ln", {"/usr/local/bin/t": Link("/opt/tool/bin/tool"), "/app/dist/index.js": CALL}),
    ],
)
def test_what_stays_leads_to_it(layer: Layer) -> None:
    assert left(tool(), layer) == set()


def test_what_is_led_to_leads_on() -> None:
    runs = ("COPY x .", {"/app/start.sh": "/opt/first/run"})
    first = tool("/opt/first/run", "#!/bin/sh\nexec /opt/second/run\n" + HEAVY)
    assert left(runs, first, tool("/opt/second/run"), tool("/opt/third/run")) == {"/opt/third"}


@pytest.mark.parametrize(
    "config",
    [
        replace(CONFIG, cmd=("node", "/opt/tool/bin/tool")),
        replace(CONFIG, env=(*CONFIG.env, ("TOOL_HOME", "/opt/tool"))),
        replace(CONFIG, volumes=("/opt/tool/state",)),
        replace(CONFIG, workdir="/opt/tool"),
    ],
)
def test_the_configuration_leads_to_it(config: ImageConfig) -> None:
    assert left(tool(), config=config) <= {"/app"}


def test_that_it_is_on_the_path_is_not_enough() -> None:
    path = replace(CONFIG, env=(("PATH", "/opt/tool/bin:/usr/local/bin:/usr/bin:/bin"),))
    assert left(tool(), config=path) == {"/opt/tool"}


def test_a_link_that_others_share_a_folder_with_goes_with_what_it_leads_to() -> None:
    bold, _ = boldly(tool(), ("RUN ln", {"/usr/local/bin/tool": Link("/opt/tool/bin/tool")}))
    assert {"/usr/local/bin/tool", "/opt/tool", "/opt/tool/bin/tool"} <= bold.reasons.keys()
