"""What a jar's Class-Path leads to: kept by the careful judge, and by the bold one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stagewright.evidence.judge import learn
from stagewright.model.image import ImageConfig, Jar
from tests.unit.evidence.test_bold import PROJECT, left, tool
from tests.unit.evidence.test_judge import BASE, CONFIG, STATUS, installed, judged, packages
from tests.unit.images_of import Layer, Link, tree_of

JAVA = replace(CONFIG, cmd=("java", "-jar", "app.jar"))


def naming(*names: str, path: str = "/app/app.jar") -> Layer:
    return ("COPY app.jar .", {path: Jar(class_path=names)})


def test_a_jar_alone_leads_to_nothing() -> None:
    assert left(tool("/opt/lib/a.jar"), naming(), config=JAVA) == {"/opt/lib"}


@pytest.mark.parametrize(
    "url",
    [
        "../opt/lib/a%20b.jar",
        "/opt/lib/a%20b.jar",
        "file:/opt/lib/a%20b.jar",
        "file:///opt/lib/a%20b.jar",
        "../opt/lib/",
        "../opt/lib",
    ],
)
def test_what_it_names_stays(url: str) -> None:
    assert left(tool("/opt/lib/a b.jar"), naming("none.jar", url), config=JAVA) == set()


@pytest.mark.parametrize("url", ["http:/opt/lib/a.jar", "../opt/lib/a", "opt/lib/a.jar", "../opt/other/"])
def test_what_leads_elsewhere_keeps_nothing(url: str) -> None:
    assert left(tool("/opt/lib/a.jar"), naming(url), config=JAVA) == {"/opt/lib"}


def test_what_is_named_names_more() -> None:
    first = naming("../second/b.jar", "../first/a.jar", path="/opt/first/a.jar")
    second = naming("c.jar", "../third/", path="/opt/second/b.jar")
    large = [
        tool("/opt/first/data"),
        tool("/opt/second/c.jar"),
        tool("/opt/third/x.class"),
        tool("/opt/fourth/x"),
    ]
    assert left(first, second, *large, naming("../opt/first/a.jar"), config=JAVA) == {"/opt/fourth"}


def test_a_link_names_what_lies_beside_itself_and_beside_what_it_leads_to() -> None:
    cached: Layer = (
        "RUN mvn",
        {
            "/root/.m2/store/a.jar": Jar(class_path=("b.jar",)),
            "/root/.m2/store/b.jar": "",
            "/root/.m2/links/a.jar": Link("../store/a.jar"),
            "/root/.m2/links/b.jar": "",
            "/root/.m2/store/c.jar": Jar(class_path=("d.jar",)),
            "/root/.m2/store/d.jar": "",
        },
    )
    evidence = judged(cached, naming("../root/.m2/links/a.jar"), config=JAVA)
    assert evidence.reasons.keys() & cached[1].keys() == {"/root/.m2/store/c.jar", "/root/.m2/store/d.jar"}


def test_a_jar_in_the_root_that_names_its_own_folder_does_not_mean_the_whole_image() -> None:
    config = replace(JAVA, cmd=("java", "-jar", "/app.jar"))
    assert left(tool("/opt/lib/a.jar"), naming("./", "opt/../", path="/app.jar"), config=config) == {
        "/opt/lib"
    }


def test_of_a_folder_what_is_for_people_is_not_read() -> None:
    files = dict.fromkeys(("/app/README.md", "/app/.git/HEAD", "/app/a.class"), "")
    evidence = judged(("COPY . .", files), naming("./"), config=JAVA)
    assert {"/app/README.md", "/app/.git/HEAD"} <= evidence.reasons.keys()


def test_a_started_jar_and_what_it_names_stay_in_a_cache() -> None:
    cached = "/root/.m2/repository"
    started = f"{cached}/a/a.jar"
    layer: Layer = (
        "RUN mvn",
        {started: Jar(class_path=("../b/b.jar",)), f"{cached}/b/b.jar": "", f"{cached}/c/c.jar": ""},
    )
    evidence = judged(layer, config=replace(JAVA, cmd=("java", "-jar", started)))
    assert evidence.reasons.keys() & layer[1].keys() == {f"{cached}/c/c.jar"}


def test_a_jar_of_a_package_brings_the_package() -> None:
    library: Layer = (
        "base",
        {
            **BASE[1],
            "/usr/share/java/x.jar": Jar(class_path=("/srv/y.jar",)),
            "/srv/y.jar": "",
            "/srv/z.jar": "",
            "/var/lib/dpkg/status": STATUS + installed("libx-java"),
            "/var/lib/dpkg/info/libx-java.list": "/usr/share/java/x.jar\n",
        },
    )
    tree = tree_of(library, naming("/usr/share/java/x.jar"), config=JAVA)
    evidence = learn(tree, tree_of(library), PROJECT)
    assert "libx-java" in packages(evidence)
    assert "/srv/y.jar" in evidence.needed_files
    assert "/srv/z.jar" not in evidence.needed_files
    assert "the Class-Path of /app/app.jar names it" in {need.why for need in evidence.packages}


def test_a_link_of_the_base_comes_along_with_what_it_leads_to() -> None:
    base: Layer = ("base", {**BASE[1], "/srv/lib/x.jar": Link("x-1.jar"), "/srv/lib/x-1.jar": ""})
    tree = tree_of(base, naming("../srv/lib/x.jar"), config=JAVA)
    assert {"/srv/lib/x.jar", "/srv/lib/x-1.jar"} <= learn(tree, tree_of(base), PROJECT).needed_files


def test_jars_that_name_each_other_come_to_an_end() -> None:
    config = ImageConfig(cmd=("java", "-jar", "a.jar"), workdir="/app")
    jars = {"/app/a.jar": Jar(class_path=("b.jar", "a.jar")), "/app/b.jar": Jar(class_path=("./a.jar",))}
    assert not judged(("COPY . .", jars), config=config).reasons
