"""Manifests and lockfiles as tables. Strangers write them: what has another form than theirs is empty."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# tomllib takes the square of a key's parts.
_MOST_DOTS = 1000


def from_json(data: str | bytes) -> dict[str, Any] | None:
    """The object that a file holds; None where it holds none."""
    try:
        found = json_value(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def json_value(data: str | bytes) -> Any:
    """What a JSON text says. Half a pair of surrogates, which no file can hold, is U+FFFD, as in Go.

    Raises ValueError, RecursionError.
    """
    source = _decoded(data)
    found = json.loads(source)
    if _ESCAPED_SURROGATE.search(source):
        return json.loads(_SURROGATE.sub("\ufffd", json.dumps(found, ensure_ascii=False)))
    return found


def from_toml(data: str | bytes) -> dict[str, Any] | None:
    """The file's table; None where it is no TOML."""
    import tomllib

    source = _decoded(data)
    if any(line.count(".") > _MOST_DOTS for line in source.splitlines()):
        return None
    try:
        return tomllib.loads(source)
    except (ValueError, RecursionError):
        return None


def table(data: object, key: str) -> Mapping[str, Any]:
    """The table below a key."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def text(value: object) -> str:
    """The value, where it is a text."""
    return value if isinstance(value, str) else ""


def rows(value: object) -> list[Mapping[str, Any]]:
    """The tables of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """The texts of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def named_texts(data: object, key: str) -> dict[str, str]:
    """The texts of the table below a key, such as a `package.json`'s scripts."""
    return {name: value for name, value in table(data, key).items() if isinstance(value, str)}


def _decoded(data: str | bytes) -> str:
    found = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    return found.removeprefix("\ufeff")
