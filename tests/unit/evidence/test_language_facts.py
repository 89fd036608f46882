"""The facts of a design that tools of languages wrote down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stagewright.evidence import language_facts
from stagewright.model.evidence import Evidence
from stagewright.model.fact import Fact
from stagewright.model.image import Build, Elf, Jar
from tests.unit.evidence.test_gems import stub
from tests.unit.evidence.test_judge import CONFIG, STATUS, installed, judged
from tests.unit.images_of import Layer

SERVER = replace(CONFIG, cmd=("/usr/local/bin/server",))
GO = Build("go1.22.1, example.org/app v1.2.0, 3 modules", ".go.buildinfo")
JAR = Jar("alpha", "1.2", "org.example.Main", ("lib/a.jar", "lib/b.jar"))


def facts(evidence: Evidence, *kinds: str) -> list[Fact]:
    return [fact for fact in evidence.facts if fact.kind in kinds]


def test_programs_of_which_the_compiler_tells() -> None:
    layer: Layer = (
        "COPY . .",
        {
            "/app/tool": Elf(interpreter="/lib/ld.so", needed=("libc.so.6",), built=GO),
            "/app/library.so": Elf(needed=("libc.so.6",), built=GO),
            "/app/other": Elf(),
            "/usr/local/bin/server": Elf(built=GO),
        },
    )
    assert facts(judged(layer, config=SERVER), "built by") == [
        Fact(path, "built by", GO.says, "image", f".go.buildinfo of {path}")
        for path in ("/usr/local/bin/server", "/app/tool")
    ]


def test_jars_that_are_started_or_lie_in_the_folder() -> None:
    layer: Layer = (
        "COPY . .",
        {
            "/app/lib/a.jar": Jar("beta"),
            "/app/lib/b.jar": Jar(version="3"),
            "/opt/other.jar": JAR,
            "/srv/app.jar": JAR,
        },
    )
    evidence = judged(layer, config=replace(CONFIG, cmd=("java", "-jar", "/srv/app.jar")))
    says = "alpha 1.2, Main-Class org.example.Main, Class-Path of 2"
    assert facts(evidence, "jar") == [
        Fact("/srv/app.jar", "jar", says, "image", "META-INF/MANIFEST.MF of /srv/app.jar"),
        Fact("/app/lib/a.jar", "jar", "beta", "image", "META-INF/MANIFEST.MF of /app/lib/a.jar"),
    ]


def test_gems() -> None:
    rack = "/usr/local/bundle/specifications/rack-3.0.8.gemspec"
    layer: Layer = ("RUN bundle", {rack: stub("rack 3.0.8 ruby").decode()})
    assert facts(judged(layer), "gem") == [Fact("rack", "gem", "3.0.8", "image", rack)]


def test_what_goes_or_comes_in_a_package_is_not_told() -> None:
    layer: Layer = (
        "RUN apt-get install -y rake",
        {
            "/root/go/pkg/tool": Elf(built=GO),
            "/usr/bin/tool": Elf(built=GO),
            "/var/lib/dpkg/status": STATUS + installed("rake"),
            "/var/lib/dpkg/info/rake.list": "/usr/bin/tool\n",
        },
    )
    assert facts(judged(layer, config=replace(SERVER, cmd=("/usr/bin/tool",))), "built by") == []


def test_of_many_the_first_are_told_and_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_facts, "_MOST", 2)
    jars = {f"/app/{name}.jar": Jar(name) for name in "cabd"}
    evidence = judged(("COPY . .", jars), config=replace(CONFIG, cmd=("java", "-jar", "d.jar")))
    assert [(fact.subject, fact.value) for fact in facts(evidence, "jar")] == [
        ("/app/d.jar", "d"),
        ("/app/a.jar", "a"),
        ("others", "2 more"),
    ]
