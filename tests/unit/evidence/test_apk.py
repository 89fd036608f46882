"""Alpine's package database, and what the judge makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.evidence.installed import read_packages
from stagewright.evidence.judge import learn
from stagewright.evidence.packages import Packages
from stagewright.model.evidence import Evidence
from stagewright.model.image import Elf, ImageConfig
from stagewright.model.project import Project
from tests.unit.images_of import Layer, Link, tree_of

X86 = "EM_X86_64"
MUSL = Elf(soname="libc.musl-x86_64.so.1", machine=X86)
# As `apk` writes it in Alpine 3.22.
INSTALLED = """\
C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=
P:alpine-baselayout-data
V:3.7.0-r0
A:x86_64
o:alpine-baselayout
F:etc
R:profile
Z:Q1F0fV4/o+wHmZQDVu9TeFiQ0Fu9A=

C:Q1pvqQUO6yMb/jxyJYyzmzNlURbrQ=
P:busybox
V:1.37.0-r18
D:so:libc.musl-x86_64.so.1
p:cmd:busybox=1.37.0-r18
F:bin
R:busybox
a:0:0:755
Z:Q1CKV+fMlKXnLZTRUk0aWg3yqsvXk=

P:busybox-binsh
V:1.37.0-r18
D:busybox=1.37.0-r18
p:/bin/sh cmd:sh=1.37.0-r18
F:bin
R:sh
a:0:0:777

P:musl
V:1.2.5-r10
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
R:libc.musl-x86_64.so.1
"""
ADDED = """
P:libpq
V:17.5-r0
o:postgresql17
D:so:libc.musl-x86_64.so.1 /bin/sh !libpq-old
p:so:libpq.so.5=5.17
F:usr
F:usr/lib
R:libpq.so.5

P:libpq-dev
V:17.5-r0
o:postgresql17
D:libpq=17.5-r0
F:usr/include
R:libpq-fe.h

P:gcc
V:14.2.0-r6
F:usr/bin
R:gcc

P:.build-deps
V:20260101.120000
D:gcc libpq-dev
"""
BASE: Layer = (
    "base",
    {
        "/etc/alpine-release": "3.22.2\n",
        "/etc/profile": "",
        "/bin/busybox": Elf(needed=("libc.musl-x86_64.so.1",), machine=X86),
        "/bin/sh": Link("/bin/busybox"),
        "/lib/ld-musl-x86_64.so.1": MUSL,
        "/lib/libc.musl-x86_64.so.1": Link("ld-musl-x86_64.so.1"),
        "/lib/apk/db/installed": INSTALLED,
        "/etc/apk/world": "alpine-baselayout-data\nbusybox\n",
    },
)
WORLD = "alpine-baselayout-data\nbusybox\nlibpq-dev<18\nso:libpq.so.5\n.build-deps=20260101.120000\n"
BUILD: Layer = (
    "RUN /bin/sh -c apk add --no-cache gcc 'libpq-dev<18' # buildkit",
    {
        "/usr/lib/libpq.so.5": Elf(needed=("libc.musl-x86_64.so.1",), machine=X86),
        "/usr/include/libpq-fe.h": "",
        "/usr/bin/gcc": Elf(machine=X86),
        "/lib/apk/db/installed": INSTALLED + ADDED,
        "/etc/apk/world": WORLD,
        "/var/log/apk.log": "",
    },
)
MADE: Layer = (
    "RUN make",
    {
        "/srv/app": Elf(needed=("libpq.so.5", "libown.so.1"), machine=X86),
        "/usr/local/lib/libown.so.1": Elf(machine=X86),
    },
)


def packages_of(*layers: Layer) -> Packages:
    tree = tree_of(*layers)
    return read_packages(tree.files, tree.read_many)


def judged(*layers: Layer) -> Evidence:
    config = ImageConfig(env=(("PATH", "/usr/bin:/bin"),), cmd=("/srv/app",), workdir="/srv")
    return learn(tree_of(BASE, *layers, config=config), tree_of(BASE), Project(Path("/project"), {}))


def test_who_owns_what_in_which_version() -> None:
    packages = packages_of(BASE, BUILD)
    assert packages.manager == "apk"
    assert packages.installed["libpq"].version == "17.5-r0"
    assert packages.owner["/usr/lib/libpq.so.5"] == "libpq"
    assert packages.owner["/etc/profile"] == "alpine-baselayout-data"
    assert "/" not in packages.owner


def test_dependencies_are_the_packages_that_provide_them() -> None:
    packages = packages_of(BASE, BUILD)
    assert packages.installed["libpq"].depends == ("musl", "busybox-binsh")
    assert packages.closure("libpq-dev") == {"libpq-dev", "libpq", "musl", "busybox-binsh", "busybox"}


def test_what_was_asked_for_keeps_its_words() -> None:
    asked = packages_of(BASE, BUILD).asked
    assert asked["libpq-dev"] == "libpq-dev<18"
    assert asked["libpq"] == "so:libpq.so.5"
    assert "gcc" not in asked


def test_a_system_with_all_below_usr_keeps_its_database_there() -> None:
    merged: Layer = (
        "base",
        {
            "/lib": Link("usr/lib"),
            "/usr/lib/apk/db/installed": INSTALLED,
            "/usr/lib/ld-musl-x86_64.so.1": MUSL,
        },
    )
    assert packages_of(merged).owner["/usr/lib/ld-musl-x86_64.so.1"] == "musl"
    assert "/usr/lib/ld-musl-x86_64.so.1" not in packages_of(BASE).owner


@pytest.mark.parametrize("text", ["", "P\nV:1\n\nF:etc\nR:x\n", "\0\n\n:::\n"])
def test_what_is_no_database_tells_nothing(text: str) -> None:
    packages = packages_of(("base", {"/lib/apk/db/installed": text}))
    assert (dict(packages.installed), dict(packages.owner)) == ({}, {})


def test_what_is_too_long_to_be_a_path_is_nobodys() -> None:
    listed = "".join(f"R:{number}\n" for number in range(20_000))
    database = f"P:long\nV:1\nF:{'x' * 1_000_000}\n{listed}F:etc\nR:profile\n"
    packages = packages_of(("base", {"/lib/apk/db/installed": database}))
    assert dict(packages.owner) == {"/etc": "long", "/etc/profile": "long"}


def test_run_time_libraries_stay_as_packages_and_build_tools_go() -> None:
    evidence = judged(BUILD, MADE)
    assert [(need.name, need.asked) for need in evidence.packages] == [("libpq", "so:libpq.so.5")]
    assert "/usr/lib/libpq.so.5" in evidence.provided
    for path in ("/usr/bin/gcc", "/usr/include/libpq-fe.h"):
        assert evidence.reasons[path].kind == "package"
    assert "/usr/local/lib/libown.so.1" not in evidence.reasons
    assert not any(fact.kind == "library that is not there" for fact in evidence.facts)
    builds = {fact.subject for fact in evidence.facts if fact.kind == "builds only"}
    assert builds == {"gcc", "libpq-dev", ".build-deps"}


def test_the_managers_own_records_go() -> None:
    evidence = judged(BUILD, MADE)
    assert evidence.reasons["/lib/apk/db/installed"].kind == "installer state"
    assert evidence.reasons["/etc/apk/world"].kind == "installer state"
    assert evidence.reasons["/var/log/apk.log"].kind == "log"


@pytest.mark.parametrize(
    "by",
    [
        "RUN apk add --no-cache gcc && echo x > /usr/share/own",
        "RUN apk add --root /usr/share --initdb gcc",
        "RUN apk update",
    ],
)
def test_what_an_installation_may_not_have_written_stays(by: str) -> None:
    layer: Layer = (by, dict(BUILD[1]) | {"/usr/share/own": "x"})
    assert "/usr/share/own" not in judged(layer, MADE).reasons


def test_without_a_database_nothing_is_a_packages() -> None:
    gone: Layer = ("RUN rm -r /lib/apk", {"-/lib/apk/db/installed": None})
    evidence = judged(BUILD, gone, MADE)
    assert "/usr/bin/gcc" not in evidence.reasons
    assert evidence.packages == ()
