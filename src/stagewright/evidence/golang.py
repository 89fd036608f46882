"""Go: the source and tool chain of a program that is compiled."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Set

from stagewright.evidence import naming
from stagewright.evidence.application import Application
from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import Reason

_SOURCE = re.compile(r".*\.(?:go|s|c|h|cc|cpp|proto)|(?:.*/)?go\.(?:mod|sum|work)")
_VENDORED = "vendor/modules.txt"
# Where a literal is part of a path.
_PATHS = re.compile(
    r"\b(?:filepath|path)\.Join\([^)]{0,500}\)|\bos\.(?:Open\w*|ReadFile|ReadDir|DirFS|Stat)\([^)]{0,500}\)|\b(?:http\.Dir|http\.ServeFile"
    r"|filepath\.\w+|ioutil\.\w+)\([^)]{0,500}\)"
)


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
    vendored = prefix + _VENDORED in own
    named = naming.names_in(_named(application, started), application.folder)
    return {
        path: Reason("source", "it is compiled into what starts")
        for path in own
        if path.startswith(prefix)
        and tree.entries[path].type == "file"
        and (_SOURCE.fullmatch(name := path[len(prefix) :]) or (vendored and name.startswith("vendor/")))
        and not named.lead_to(name)
        and posixpath.splitext(name)[1] not in named.endings
    }


def _named(application: Application, started: Set[str]) -> set[str]:
    """Literals of the program's own code that are paths by their looks or by their place, and given paths."""
    texts = [
        text for path, text in application.live.items() if not application.name(path).startswith("vendor/")
    ]
    found = {one for text in texts for one in naming.quoted(text) if re.fullmatch(r"[\w.-]*/.*|\.\w+", one)}
    calls = (match[0] for text in texts for match in _PATHS.finditer(text))
    found |= {one for call in calls for one in naming.quoted(call)}
    given = {one for one in application.given if "/" in one.strip("/")}
    return found | {one for one in given if posixpath.join(application.folder, one) not in started}
