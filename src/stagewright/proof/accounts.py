"""The system's users and groups: nobody new, and nobody gone whom the user's instructions made."""

from __future__ import annotations

_FILES = frozenset(f"/etc/{name}" for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid"))


def is_accounts(path: str) -> bool:
    return path in _FILES


def remain(before: bytes, after: bytes, *, made: bytes, before_base: bytes, after_base: bytes) -> bool:
    """Whether each line of `after` is the original's or its own base's, and each line that `made` adds to
    the original's base is still there. The day on which a password was set does not count."""
    old, new = _lines(before), _lines(after)
    return new <= old | _lines(after_base) and _lines(made) - _lines(before_base) <= new


def _lines(text: bytes) -> set[tuple[bytes, ...]]:
    return {_fields(line) for line in text.splitlines() if line}


def _fields(line: bytes) -> tuple[bytes, ...]:
    fields = line.split(b":")
    # Nine fields are /etc/shadow's, the third of them a date.
    return tuple(fields[:2] + fields[3:] if len(fields) == 9 else fields)
