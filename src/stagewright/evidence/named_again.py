"""Development packages that a failed run asks for by their names: tools tell what to install."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping

from stagewright.evidence.packages_of_node import depends
from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import Reason

_LINE = 120
_PACKAGE = re.compile(r"(.*?)/node_modules/((?:@[^/]+/)?[^@/][^/]*)/.*")
_NAME = re.compile(r"(?<![\w@./-])(?:@[a-z\d][\w.-]*/)?[a-z\d](?:[\w.-]*\w)?(?![\w/-])")


def named_again(tree: ImageTree, reasons: Mapping[str, Reason], said: str, before: str) -> Mapping[str, str]:
    """Paths of packages that were left behind and that `said` names → what says so.

    `said` is what the new image printed, `before` what the original did: a line of both asks for nothing.
    Only what the manifest itself declares for development is asked for so.
    """
    known = set(before.splitlines())
    lines = [line for line in said.splitlines() if line not in known]
    asked = {
        name: f"a proof failed without it: {textwrap.shorten(line, _LINE, placeholder=' …')}"
        for line in lines
        for name in _NAME.findall(line)
    }
    declared: dict[str, frozenset[str]] = {}
    found: dict[str, str] = {}
    for path, reason in reasons.items():
        match = _PACKAGE.fullmatch(path) if reason.kind == "development dependency" else None
        if match is None or match[2] not in asked:
            continue
        folder, name = match.groups()
        if folder not in declared:
            declared[folder] = frozenset(depends(folder, tree, ("devDependencies",)))
        if name in declared[folder]:
            found[path] = asked[name]
    return found
