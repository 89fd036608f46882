"""Mutants: each differs in one respect, and none in a respect that makes no difference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stagewright.dockerfile import parse
from stagewright.evidence.packages import Package, Packages
from stagewright.model.image import Elf, ImageConfig
from tests.mutants.design import ProvedDesign
from tests.mutants.generate import mutants, sampled
from tests.mutants.mutant import Mutant
from tests.unit.images_of import Link, tree_of

TEXT = """\
FROM python:3.13 AS builder
COPY . /app

FROM python:3.13-slim AS production
RUN apt-get update \\
    && apt-get install -y --no-install-recommends base git less \\
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /app/main.py /app/data.txt /app/
COPY --from=builder /usr/local/bin/__pycache__ /usr/local/bin/__pycache__
WORKDIR /app
ENV MODE=fast
ENV LANG=C.UTF-8
CMD ["python", "main.py"]
"""
BASE = ImageConfig(env=(("PATH", "/usr/bin"), ("LANG", "C.UTF-8")), cmd=("python3",), workdir="/")
OWN = ImageConfig(env=(*BASE.env, ("MODE", "fast")), cmd=("python", "main.py"), workdir="/app")
BELOW: dict[str, str | Link | Elf | None] = {
    "/bin/sh": "sh",
    "/usr/bin/env": "env",
    "/usr/lib/libz.so.1": Elf(soname="libz.so.1"),
}
PACKAGES = {"/usr/bin/git": "git", "/usr/bin/less": "less", "/bin/sh": "base"}
SITE = "/usr/local/lib/python3.13/site-packages"


@pytest.fixture
def design() -> ProvedDesign:
    """git depends on less; the base has the package `base`."""
    copied: dict[str, str | Link | Elf | None] = {
        "/app/main.py": "print()",
        "/app/data.txt": "data",
        "/usr/local/bin/__pycache__/tool.pyc": "code",
        f"{SITE}/dep/__init__.py": "",
        f"{SITE}/dep/__pycache__/a.pyc": "code",
        f"{SITE}/pip/__init__.py": "",
    }
    installed = {
        "base": Package("base", "1"),
        "git": Package("git", "1", depends=("less", "base")),
        "less": Package("less", "1"),
    }
    packaged: dict[str, str | Link | Elf | None] = {path: "program" for path in PACKAGES if path not in BELOW}
    return ProvedDesign(
        "example",
        Path(),
        parse(TEXT, "Dockerfile"),
        tree_of(("base", BELOW), ("apt-get", packaged), ("COPY", copied), config=OWN),
        tree_of(("base", BELOW), config=BASE),
        Packages(installed, PACKAGES),
        Packages({"base": installed["base"]}, {"/bin/sh": "base"}),
    )


def test_every_kind_of_change_is_made_once(design: ProvedDesign) -> None:
    made = mutants(design)
    changes = [mutant.change for mutant in made]
    assert len(set(changes)) == len(changes)
    assert {
        "FROM python:3.11-slim",
        "package git dropped",
        "COPY without /app/data.txt",
        "COPY of /app/main.py /app/data.txt dropped",
        "ENV MODE dropped",
        "ENV MODE changed",
        "WORKDIR dropped",
        "CMD dropped",
        "USER 1000",
        "rm /app/main.py",
        "printf x >> /app/data.txt",
        "chown 4711 /app/main.py",
        f"rm -r {SITE}/dep",
        f"printf x | dd of={SITE}/dep/__pycache__/a.pyc bs=1 seek=16 conv=notrunc",
    } <= set(changes)
    assert all(mutant.text != TEXT and mutant.names for mutant in made)
    assert mutants(design) == made


def test_what_changes_nothing_is_not_made(design: ProvedDesign) -> None:
    changes = {mutant.change for mutant in mutants(design)}
    # git brings less, the base has `base` and LANG, Python makes its byte code by itself.
    assert not changes & {
        "package less dropped",
        "package base dropped",
        "COPY of /usr/local/bin/__pycache__ dropped",
        "ENV LANG dropped",
        f"rm -r {SITE}/pip",
        "rm /usr/lib/libz.so.1",
    }


def test_one_package_leaves_the_rest_of_its_line(design: ProvedDesign) -> None:
    text = next(mutant.text for mutant in mutants(design) if mutant.change == "package git dropped")
    assert "--no-install-recommends base less \\\n    && rm -rf" in text
    assert text.replace("base less", "base git less") == TEXT


def test_without_a_shell_no_file_is_changed_by_a_command(design: ProvedDesign) -> None:
    bare = tree_of(
        ("base", {}),
        ("COPY", {"/app/main.py": "", "/app/data.txt": "", "/usr/local/bin/__pycache__": None}),
        config=OWN,
    )
    changes = [mutant.change for mutant in mutants(replace(design, image=bare))]
    assert "COPY without /app/main.py" in changes
    assert not [change for change in changes if change.startswith(("rm", "printf", "ch", "mv", "cp"))]


def test_a_sample_is_evenly_spread() -> None:
    every = [Mutant(str(number), "", ()) for number in range(10)]
    assert [mutant.change for mutant in sampled(every, 3)] == ["0", "3", "6"]
    assert sampled(every, 99) == every


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        ("/app/lib is missing, and nothing shows that it is not needed (dir)", True),
        ("/app/lib/page.js is missing", True),
        ("/app/lib2 is missing", False),
        ("/other/app/lib is missing", False),
        ("configuration, user: root → 1000", True),
        ("behaviour, stdout: superuser → no more", False),
    ],
)
def test_only_the_whole_name_counts(reason: str, named: bool) -> None:
    assert Mutant("", "", ("/app/lib", "user")).is_named([reason]) is named
