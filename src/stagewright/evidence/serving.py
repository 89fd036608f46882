"""Which of the programs that are started may serve, list or read all that lies in their folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stagewright.evidence import code, naming, readers, start
from stagewright.evidence.tree import ImageTree

if TYPE_CHECKING:
    from stagewright.evidence.application import Application

# `exec "$@"` starts what the script is told to, any other `exec` what it names.
_HANDS_ON = re.compile(r'^[ \t]*exec[ \t]+"?\$[@*{]', re.M)
_BECOMES = re.compile(r"^[ \t]*exec[ \t]+(.+)", re.M)
# The name of the package, and its program's.
_OF_PACKAGE = re.compile(
    r"(?:.*/)?node_modules/(?:\.bin/)?((?:@[^/]+/)?[^/]+)(?:/(?:.*/)?(.+?)(?:\.[cm]?js)?)?\Z"
)


def may_read_all(words: tuple[str, ...], application: Application, tree: ImageTree) -> bool:
    """Whether a program is started of which it is not known what it reads by itself."""
    name = words[0].rpartition("/")[2]
    if _hands_to_unknown(words, application):
        return True
    local = tree.resolve(f"{application.folder}/node_modules/.bin/{name}")
    path = start.program_path(words[0], tree) or local
    if path is None or path in application.texts or readers.is_known(name):
        return False
    if start.is_shell(path, tree):
        return _launches_reader(path, application, tree)
    if path in tree.elf and path not in application.entries and local is None:
        return True
    if path in tree.elf:
        return not any(map(code.COMPILED.match, application.texts))
    imported = naming.modules((tree.read(path) or b"").decode("utf-8", "replace"))
    own = {part for one in application.texts for part in application.name(one).split("/")[:2]}
    return not imported & (own | {one.removesuffix(".py") for one in own})


def _hands_to_unknown(words: tuple[str, ...], application: Application) -> bool:
    """Whether an interpreter runs, by its name, a program of which it is not known what it reads."""
    name, rest = words[0].rpartition("/")[2], words[1:]
    if name.startswith("python") and "-m" in rest[:-1]:
        module = rest[rest.index("-m") + 1]
        top = module.partition(".")[0]
        own = any(f"/{top}/" in path or path.endswith(f"/{top}.py") for path in application.texts)
        return not own and not readers.is_known(top)
    package = _OF_PACKAGE.match(rest[0]) if name in start.NODE and rest else None
    return package is not None and not any(map(readers.is_known, filter(None, package.groups())))


def _launches_reader(path: str, application: Application, tree: ImageTree) -> bool:
    """Whether a script of the base becomes such a program; what it is handed is judged by itself."""
    text = (tree.read(path) or b"").decode("utf-8", "replace")
    if _HANDS_ON.search(text):
        return False
    become = [one for line in _BECOMES.findall(text) for one in start.commands_in(line)]
    return not become or any(
        _is_script_of_base(one, application, tree) or may_read_all(one, application, tree) for one in become
    )


def _is_script_of_base(words: tuple[str, ...], application: Application, tree: ImageTree) -> bool:
    path = start.program_path(words[0], tree)
    base = path is not None and path not in application.texts and start.is_shell(path, tree)
    return base and not readers.is_known(words[0].rpartition("/")[2])
