"""RPM's packages of an image, from the SQLite form of its database.

Its table `Packages` holds a header for each package (`rpm-header(5)`, without the leading magic): two
big-endian numbers (entries, bytes of data), an index of (tag, type, offset, count) and the data. The older
forms, BerkeleyDB and ndb, are not read.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing

from stagewright.evidence.packages import Package, Packages, Read, owner_by_path, place_of
from stagewright.model.image import ImageFiles

_DATABASES = ("/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite")
_NAME, _VERSION, _RELEASE, _EPOCH, _ARCH = 1000, 1001, 1002, 1003, 1022
_PROVIDES, _REQUIRES = 1047, 1049
_STATES, _DIRINDEXES, _BASENAMES, _DIRNAMES = 1029, 1116, 1117, 1118
_READ = frozenset(
    (
        *(_NAME, _VERSION, _RELEASE, _EPOCH, _ARCH, _PROVIDES, _REQUIRES),
        *(_STATES, _DIRINDEXES, _BASENAMES, _DIRNAMES),
    )
)
_CHAR, _INT32, _STRINGS = 1, 4, frozenset((6, 8, 9))
# A file that was left out of the installation, documentation for one, or that another package replaced.
_THERE = 0
# Steps of SQLite's own machine, which a hostile schema could make endless.
_MOST_STEPS = 10_000_000

_Header = Mapping[int, tuple[str, ...] | tuple[int, ...]]


def read(files: ImageFiles, contents_of: Read) -> Packages | None:
    """Read rpm's database; None for an image without one in this form, or with one that is not whole.

    So is one above the 16 MiB up to which a file of an image is read.
    """
    path = next((path for path in _DATABASES if path in files.entries), "")
    log = files.entries.get(path + "-wal")
    data = contents_of([path]).get(path) if path and not (log and log.size) else None
    if data is None:
        return None
    try:
        headers = [_header(blob) for blob in _blobs(data)]
    except (sqlite3.Error, ValueError, struct.error):
        return None
    return _packages(headers, files)


def _header(blob: bytes) -> _Header:
    """The texts and numbers of one header by tag. Raises ValueError, struct.error for what is none."""
    entries, size = struct.unpack_from(">II", blob)
    start = 8 + 16 * entries
    if start + size > len(blob):
        raise ValueError("a header that is longer than its own bytes")
    data = blob[start : start + size]
    found: dict[int, tuple[str, ...] | tuple[int, ...]] = {}
    for tag, kind, offset, count in struct.iter_unpack(">IIII", blob[8:start]):
        if tag not in _READ or tag in found:
            continue
        if max(offset, count) > size:
            raise ValueError("an entry that points out of its header")
        if kind in _STRINGS:
            parts = data[offset:].split(b"\0", count)[:count]
            found[tag] = tuple(part.decode("utf-8", "replace") for part in parts)
        elif kind == _INT32:
            found[tag] = struct.unpack_from(f">{count}i", data, offset)
        elif kind == _CHAR:
            found[tag] = struct.unpack_from(f">{count}b", data, offset)
    if not _text(found, _NAME):
        raise ValueError("a package without a name")
    return found


def _blobs(data: bytes) -> list[bytes]:
    # A database that is written ahead says so in its header; without its log it is read as any other.
    plain = data[:18] + b"\1\1" + data[20:]
    blobs, total = [], 0
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(plain)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, len(data))
        connection.set_progress_handler(lambda: True, _MOST_STEPS)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.set_authorizer(_only_reads)
        for (blob,) in connection.execute("SELECT blob FROM Packages ORDER BY hnum"):
            total += len(blob) if isinstance(blob, bytes) else len(data)
            if total >= len(data):
                raise ValueError("what is no header, or more than the database can hold")
            blobs.append(blob)
    return blobs


def _only_reads(action: int, *about: str | None) -> int:
    """A view may compute, and one step of that can take as long as all others."""
    may = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ) and about[-1] is None
    return sqlite3.SQLITE_OK if may else sqlite3.SQLITE_DENY


def _packages(headers: list[_Header], files: ImageFiles) -> Packages:
    place = place_of(files)
    owner = owner_by_path((file for one in headers for file in _files(one)), place)
    provider: dict[str, str] = {}
    for one in headers:
        for provided in _texts(one, _PROVIDES):
            provider.setdefault(provided, _text(one, _NAME))
    installed: dict[str, Package] = {}
    for one in headers:
        name, version = _text(one, _NAME), _version(one)
        if name in installed:
            # Several versions may be there at once: together they are the package.
            version = f"{installed[name].version} {version}"
        required = (owner.get(place(word)) or provider.get(word) for word in _texts(one, _REQUIRES))
        depends = tuple(dict.fromkeys(other for other in required if other))
        installed[name] = Package(name, version, depends)
    return Packages(dict(sorted(installed.items())), owner, "rpm")


def _files(one: _Header) -> Iterator[tuple[str, str, str]]:
    """The folder and the name of each file that is there, and the package."""
    package = _text(one, _NAME)
    folders, names = _texts(one, _DIRNAMES), _texts(one, _BASENAMES)
    places, states = _numbers(one, _DIRINDEXES), _numbers(one, _STATES)
    for index, (place, name) in enumerate(zip(places, names, strict=False)):
        there = index >= len(states) or states[index] == _THERE
        if there and 0 <= place < len(folders):
            yield folders[place], name, package


def _version(one: _Header) -> str:
    """`epoch:version-release.architecture`, as `rpm` has it, the epoch where there is one."""
    epoch = "".join(f"{number}:" for number in _numbers(one, _EPOCH)[:1])
    return f"{epoch}{_text(one, _VERSION)}-{_text(one, _RELEASE)}.{_text(one, _ARCH)}"


def _text(one: _Header, tag: int) -> str:
    return next(iter(_texts(one, tag)), "")


def _texts(one: _Header, tag: int) -> tuple[str, ...]:
    return tuple(value for value in one.get(tag, ()) if isinstance(value, str))


def _numbers(one: _Header, tag: int) -> tuple[int, ...]:
    return tuple(value for value in one.get(tag, ()) if isinstance(value, int))
