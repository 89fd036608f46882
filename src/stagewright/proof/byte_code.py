"""Python byte code: the same, or compiled once more from the same source."""

from __future__ import annotations

import posixpath
import re

HEADER = 16
# The length of a longer string takes more than one byte.
_SHORT = 255
_CACHED = re.compile(r"(?P<folder>.*)/__pycache__/(?P<name>[^/]+?)\.[a-z]+-?\d+(?:\.opt-\d)?\.pyc")


def source_of(path: str) -> str:
    """The source that a `.pyc` belongs to; "" where it is not byte code."""
    if not path.endswith(".pyc"):
        return ""
    if found := _CACHED.fullmatch(path):
        return posixpath.join(found["folder"], found["name"] + ".py")
    return path[:-1]


def recompiled(before: bytes, after: bytes, source: str = "") -> bool:
    """Whether two files hold the same code, the source's time apart. Nothing is unmarshalled.

    With `source`, its path in `before`, the other may name another folder: one that was compiled elsewhere
    and moved. Python puts the right one in its place when it imports.
    """
    if min(len(before), len(after)) < HEADER or not _is_timed(before):
        return False
    if before[:8] != after[:8] or before[12:HEADER] != after[12:HEADER]:
        return False
    old, new = before[HEADER:], after[HEADER:]
    return old == new or (bool(source) and _moved(old, new, source.encode()))


def _moved(old: bytes, new: bytes, source: bytes) -> bool:
    """Whether two codes differ in nothing but the folder of the source's name, each time it stands there."""
    if len(source) > _SHORT:
        return False
    named = _marshalled(source)
    at = old.find(named)
    if at < 0 or len(new) <= at:
        return False
    other = new[at + 1 : at + 1 + new[at]]
    if not other.startswith(b"/") or posixpath.basename(other) != posixpath.basename(source):
        return False
    return old.split(named) == new.split(_marshalled(other))


def _marshalled(text: bytes) -> bytes:
    """A short string as byte code holds it, without its type."""
    return bytes([len(text)]) + text


def belongs_to(after: bytes, size: int) -> bool:
    """Whether the header names a source of `size` bytes."""
    return len(after) > HEADER and _is_timed(after) and int.from_bytes(after[12:HEADER], "little") == size


def _is_timed(code: bytes) -> bool:
    return code[4:8] == bytes(4)
