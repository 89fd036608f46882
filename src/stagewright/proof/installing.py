"""Whether what was started is busy with installing what it needs: there is no way out of these containers."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable

from stagewright.shell import parse_shell, recognise

_INTERPRETER = re.compile(r"python[\d.]*|node|ruby|perl")


def installation(commands: Iterable[str]) -> str:
    """The first command line of a process that installs packages; "" for none."""
    return next((command for command in commands if _installs(command.split())), "")


def _installs(words: list[str]) -> bool:
    if len(words) > 1 and _INTERPRETER.fullmatch(posixpath.basename(words[0])) and "/" in words[1]:
        words = words[1:]
    script = parse_shell(shlex.join(words))
    return any(action.kind == "install" for command in script.commands[:1] for action in recognise(command))
