"""RPM's database in its SQLite form, and what the judge makes of it."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest

from stagewright.evidence.installed import read_packages
from stagewright.evidence.judge import learn
from stagewright.evidence.packages import NO_PACKAGES, Packages
from stagewright.model.image import Elf, ImageConfig
from stagewright.model.project import Project
from tests.unit.proof.trees import Tree, file, tree

PATH = "/usr/lib/sysimage/rpm/rpmdb.sqlite"
CHAR, INT32, STRING, STRINGS = 1, 4, 6, 8
Value = str | tuple[str, ...] | tuple[int, ...] | bytes


def header(**tags: Value) -> bytes:
    """A header as rpm writes it: `t1000="bash"`; bytes are states."""
    index, data = b"", b""
    for tag, value in tags.items():
        if isinstance(value, bytes):
            kind, count, packed = CHAR, len(value), value
        elif isinstance(value, str):
            kind, count, packed = STRING, 1, value.encode() + b"\0"
        elif all(isinstance(one, str) for one in value):
            kind, count, packed = STRINGS, len(value), "".join(f"{one}\0" for one in value).encode()
        else:
            kind, count, packed = INT32, len(value), struct.pack(f">{len(value)}i", *value)
        index += struct.pack(">IIII", int(tag[1:]), kind, len(data), count)
        data += packed
    return struct.pack(">II", len(tags), len(data)) + index + data


def package(name: str, version: str, *paths: str, states: bytes = b"", **more: Value) -> bytes:
    folders = tuple(dict.fromkeys(path.rpartition("/")[0] + "/" for path in paths))
    places = tuple(folders.index(path.rpartition("/")[0] + "/") for path in paths)
    names = tuple(path.rpartition("/")[2] for path in paths)
    listed: dict[str, Value] = {"t1116": places, "t1117": names, "t1118": folders} if paths else {}
    own: dict[str, Value] = {"t1000": name, "t1001": version, "t1002": "1.el9", "t1022": "x86_64"}
    return header(**own, t1029=states or bytes(len(paths)), **listed, **more)


GLIBC = package("glibc", "2.34", "/usr/lib64/libc.so.6", t1047=("glibc", "libc.so.6()(64bit)"))
PQ = package(
    "libpq",
    "13.20",
    "/usr/lib64/libpq.so.5",
    "/usr/share/doc/libpq/README",
    states=bytes((0, 2)),
    t1003=(2,),
    t1047=("libpq",),
    t1049=("libc.so.6()(64bit)", "/usr/bin/gone", "rpmlib(CompressedFileNames)"),
)
GCC = package("gcc", "11.5.0", "/usr/bin/gcc", t1049=("glibc",))


def database(
    *blobs: bytes, schema: str = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)"
) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(schema)
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
        connection.commit()
        data = connection.serialize()
    # As rpm leaves it: written ahead.
    return data[:18] + b"\2\2" + data[20:]


def packages_in(data: bytes, *, path: str = PATH, log: bytes = b"") -> Packages:
    image = tree(file(path, data), file(path + "-wal", log))
    return read_packages(image.files, image.read_many)


@pytest.mark.parametrize("path", [PATH, "/var/lib/rpm/rpmdb.sqlite"])
def test_who_owns_what_in_which_version(path: str) -> None:
    packages = packages_in(database(GLIBC, PQ), path=path)
    assert packages.manager == "rpm"
    assert packages.installed["libpq"].version == "2:13.20-1.el9.x86_64"
    assert packages.installed["libpq"].depends == ("glibc",)
    assert packages.owner["/usr/lib64/libpq.so.5"] == "libpq"


def test_what_was_left_out_is_nobodys() -> None:
    assert "/usr/share/doc/libpq/README" not in packages_in(database(PQ)).owner


def test_what_is_too_long_to_be_a_path_is_nobodys() -> None:
    gcc = header(
        t1000="gcc",
        t1116=(0,) * 20_000 + (1,),
        t1117=(*map(str, range(20_000)), "gcc"),
        t1118=(f"/{'x' * 1_000_000}/", "/usr/bin/"),
    )
    packages = packages_in(database(gcc))
    assert dict(packages.owner) == {"/usr/bin/gcc": "gcc"}


def test_versions_that_are_there_at_once_are_one_package() -> None:
    both = packages_in(database(package("kernel", "1"), package("kernel", "2"))).installed["kernel"]
    assert both.version == "1-1.el9.x86_64 2-1.el9.x86_64"


ENDLESS = """\
CREATE VIEW Packages (hnum, blob) AS
WITH RECURSIVE numbers(hnum) AS (SELECT 1 UNION ALL SELECT hnum + 1 FROM numbers)
SELECT hnum, {} FROM numbers {}"""


def endless(blob: str, where: str = "") -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(ENDLESS.format(blob, where))
        connection.execute("CREATE TABLE Padding AS SELECT zeroblob(2000000)")
        return connection.serialize()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x06\x15\x61" * 1000,
        database(b""),
        database(b"\0\0\0\1\0\0\0\0"),
        database(struct.pack(">IIIIII", 1, 0, 1000, INT32, 0, 1)),
        database(struct.pack(">IIIIII", 1, 0, 1000, STRING, 4_000_000_000, 1)),
        database(struct.pack(">II", 4_000_000_000, 4)),
        database(GLIBC)[:5000],
        database(schema="CREATE TABLE Packages (blob BLOB)"),
        endless("x'00'"),
        endless("zeroblob(1000000000)"),
        endless("1", "WHERE hnum < 0"),
        endless("x'00'", "WHERE instr(zeroblob(1000000 + hnum % 2), x'01') > 0"),
    ],
    ids=[
        *("empty", "BerkeleyDB", "no header", "no index", "no data", "far away", "too long"),
        *("cut off", "another table", "endless", "large", "without an end", "slow"),
    ],
)
def test_what_cannot_be_read_tells_nothing(data: bytes) -> None:
    assert packages_in(data) == NO_PACKAGES


def test_a_database_that_is_not_whole_tells_nothing() -> None:
    assert packages_in(database(GLIBC), log=b"more") == NO_PACKAGES


def original(data: bytes, by: str = "RUN dnf install -y gcc libpq && dnf clean all") -> Tree:
    config = ImageConfig(env=(("PATH", "/usr/bin"),), cmd=("/srv/app",), workdir="/srv")
    elf = {"/srv/app": Elf(needed=("libpq.so.5",)), "/usr/lib64/libpq.so.5": Elf(), "/usr/bin/gcc": Elf()}
    return tree(
        file("/usr/lib64/libc.so.6"),
        file("/usr/lib64/libpq.so.5", layer=1),
        file("/usr/bin/gcc", layer=1),
        file(PATH, data, layer=1),
        file("/srv/app", layer=2),
        config=config,
        elf=elf,
        layers=("FROM", by, "COPY . ."),
    )


def base() -> Tree:
    return tree(file("/usr/lib64/libc.so.6"), file(PATH, database(GLIBC)), layers=("FROM",))


def test_what_is_linked_with_stays_as_a_package_and_the_rest_goes() -> None:
    evidence = learn(original(database(GLIBC, PQ, GCC)), base(), Project(Path("/project"), {}))
    assert [need.name for need in evidence.packages] == ["libpq"]
    assert evidence.reasons["/usr/bin/gcc"].kind == "package"
    assert evidence.reasons[PATH].kind == "installer state"
    assert "/usr/lib64/libpq.so.5" in evidence.provided


def test_what_is_of_unknown_origin_stays() -> None:
    evidence = learn(original(b"no database"), base(), Project(Path("/project"), {}))
    assert evidence.packages == ()
    assert not {"/usr/bin/gcc", "/usr/lib64/libpq.so.5"} & evidence.reasons.keys()
    assert not evidence.provided
