"""Who uses the image by a Procfile."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from stagewright.model.project import Consumer

_LINE = re.compile(r"(?P<name>[A-Za-z0-9_-]+):\s*(?P<command>\S.*)")


def consumers(texts: Mapping[str, str]) -> tuple[Consumer, ...]:
    """One per line of the Procfile; a command that needs a shell is one of a shell."""
    lines = (_LINE.fullmatch(line.strip()) for line in texts.get("Procfile", "").splitlines())
    return tuple(
        Consumer("procfile", line["name"], "Procfile", command=_command(line["command"].strip()))
        for line in lines
        if line
    )


def _command(text: str) -> tuple[str, ...]:
    if re.search(r"[$`;&|<>*?~(){}]", text) or re.match(r"\w+=", text):
        return ("sh", "-c", text)
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return ("sh", "-c", text)
