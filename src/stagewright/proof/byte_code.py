"""Python byte code: the same, or compiled once more from the same source."""

from __future__ import annotations

import posixpath
import re

HEADER = 16
_CACHED = re.compile(r"(?P<folder>.*)/__pycache__/(?P<name>[^/]+?)\.[a-z]+-?\d+(?:\.opt-\d)?\.pyc")


def source_of(path: str) -> str:
    """The source that a `.pyc` belongs to; "" where it is not byte code."""
    if not path.endswith(".pyc"):
        return ""
    if found := _CACHED.fullmatch(path):
        return posixpath.join(found["folder"], found["name"] + ".py")
    return path[:-1]


def recompiled(before: bytes, after: bytes) -> bool:
    """Whether two files hold the same code, the source's time apart. Nothing is unmarshalled."""
    if min(len(before), len(after)) < HEADER or before[HEADER:] != after[HEADER:]:
        return False
    return _is_timed(before) and before[:8] == after[:8] and before[12:HEADER] == after[12:HEADER]


def belongs_to(after: bytes, size: int) -> bool:
    """Whether the header names a source of `size` bytes."""
    return len(after) > HEADER and _is_timed(after) and int.from_bytes(after[12:HEADER], "little") == size


def _is_timed(code: bytes) -> bool:
    return code[4:8] == bytes(4)
