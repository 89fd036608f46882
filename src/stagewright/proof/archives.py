"""Archives of which no two builds are the same: what is in them is compared, member by member."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Mapping

_NAME = re.compile(r".*\.(?:jar|war|ear|aar|zip|whl|nupkg)")
_BROKEN = (zipfile.BadZipFile, struct.error, NotImplementedError, ValueError, OSError, IndexError)
# CRC-32 and size of each content that has the name.
Members = Mapping[str, list[tuple[int, int]]]


def is_archive(path: str) -> bool:
    """Whether it is called as the archives that `members` reads."""
    return _NAME.fullmatch(path) is not None


def members(content: bytes) -> Members | None:
    """What a ZIP archive's own directory says of its members; None for what is no such archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found: dict[str, list[tuple[int, int]]] = {}
            for one in archive.infolist():
                found.setdefault(one.filename, []).append((one.CRC, one.file_size))
    except _BROKEN:
        return None
    return found


def may_differ(first: Members, second: Members, new: Members) -> bool:
    """Whether `new` has what the first two have alike, and nothing that neither has by name."""
    alike = {name: content for name, content in first.items() if second.get(name) == content}
    return (
        all(new.get(name) == content for name, content in alike.items())
        and first.keys() & second.keys() <= new.keys() <= first.keys() | second.keys()
    )
