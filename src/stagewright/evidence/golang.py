"""Go: the source and tool chain of a program that is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterable

from stagewright.evidence.application import Application
from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import Reason

_SOURCE = re.compile(r".*\.(?:go|s|c|h|cc|cpp|proto)|(?:.*/)?go\.(?:mod|sum|work)|(?:.*/)?vendor/.*")


def go_reasons(application: Application, tree: ImageTree, made: Iterable[str]) -> dict[str, Reason]:
    """Sources may go when what starts is an ELF program and no command starts the Go tool itself.

    What is embedded is in the program; other files stay unless they are for people and builds, and so does
    what the code names.
    """
    prefix = application.folder.rstrip("/") + "/"
    own = frozenset(made)
    started = {path for path in application.entries if path in tree.elf and path in own}
    if application.folder == "/" or not started or "go" in application.programs or application.lists_all:
        return {}
    if not any(path.endswith(".go") for path in application.texts):
        return {}
    return {
        path: Reason("source", "it is compiled into what starts")
        for path in own
        if path.startswith(prefix)
        and tree.entries[path].type == "file"
        and _SOURCE.fullmatch(path[len(prefix) :])
        and not application.names(path)
    }
