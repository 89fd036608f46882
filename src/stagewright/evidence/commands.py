"""What commands start in the end: through wrappers, entry points and the scripts of a `package.json`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from stagewright import tables
from stagewright.evidence import start


def read_scripts(package: bytes | None) -> dict[str, str]:
    """The scripts of a `package.json` by name."""
    return tables.named_texts(tables.from_json(package or b""), "scripts")


def expanded(
    commands: Iterable[tuple[str, ...]], scripts: Mapping[str, str], most: int = 50
) -> tuple[tuple[str, ...], ...]:
    """The commands with those that wrappers and the scripts of a `package.json` start."""
    queue = list(commands)
    found: dict[tuple[str, ...], None] = {}
    while queue and len(found) < most:
        words = queue.pop(0)
        if words in found:
            continue
        found[words] = None
        # An entry point's script ends with what it is given.
        inner = words[1:] if words[0].endswith(".sh") else words
        queue += start.commands_in(shlex.join(inner))
        for text in start.scripts_of(words, scripts):
            queue += start.commands_in(text)
    return tuple(found)
