"""What the code that stays calls, names and opens: programs, libraries, files of the system."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from stagewright.evidence import code, start
from stagewright.evidence.application import is_shell
from stagewright.evidence.needed import DOCUMENTATION, Needed
from stagewright.evidence.optional_calls import is_optional

_READ_FILES = 40_000
_DEPENDENCIES = re.compile(r"/(?:node_modules|site-packages|dist-packages|vendor|pkg/mod)/")
_OF_THE_SYSTEM = re.compile(r"/(?:usr|opt|etc/ssl)/[^/]+/")
# A folder of data that is named is needed with all that it holds.
_SHARED = re.compile(r"/usr/share/[^/]+")


def by_code(needs: Needed, kept: list[str]) -> Mapping[str, str]:
    """What code names; the texts that were read, by path."""
    texts = dict(needs.application.live)
    # What the start is not seen to lead to may be loaded by a computed name; the application's own first.
    others = [
        path
        for path in kept
        if path not in texts
        and code.SCRIPT.match(path)
        and needs.tree.entries[path].type == "file"
        and needs.tree.entries[path].size <= code.MAX_BYTES
    ]
    scripts = [path for path in kept if path in needs.tree.shebangs and path not in texts]
    others.sort(key=lambda path: (_DEPENDENCIES.search(path) is not None, path))
    contents = needs.tree.read_many([*others[:_READ_FILES], *scripts])
    texts |= {path: data.decode("utf-8", "replace") for path, data in contents.items()}
    own = {path for path in texts if not _DEPENDENCIES.search(path)}
    named = {
        path: needs.tree.named_by(path, text, is_own=path in own) for path, text in sorted(texts.items())
    }
    calling = any(named[path].starts_processes for path in own)
    for path, one in named.items():
        needs.words |= {word for word in one.words if not is_optional(path, word)}
        for name in sorted(one.programs | one.words if calling and path in own else one.programs):
            if not is_optional(path, name):
                needs.program(name, f"{path} calls it by name")
        _opened(needs, one, path)
    for name in sorted(needs.application.calls):
        needs.program(name, "scripts, settings or code call it")
    _shells(needs, {path: text for path, text in texts.items() if is_shell(path, needs.tree)})
    _named_outright(needs)
    return texts


def by_variables(needs: Needed) -> None:
    """Files that a variable names: a library to preload, a configuration, a bundle of certificates."""
    for name, value in needs.tree.config.env:
        for word in re.split(r"[:\s]+", value):
            if word.startswith("/"):
                needs.file(word, f"the variable {name} names it")
            elif code.is_library(word):
                needs.library(word, f"the variable {name} names it")


def _shells(needs: Needed, scripts: Mapping[str, str]) -> None:
    own = {path for path in scripts if not _DEPENDENCIES.search(path)}
    calling = any(code.runs_computed_commands(scripts[path]) for path in own)
    for path, text in sorted(scripts.items()):
        computed = calling and path in own
        for words in start.commands_in(text):
            needs.program(words[0], f"{path} calls it")
            if computed or code.HANDING_ON.fullmatch(words[0].rpartition("/")[2]):
                for word in {part for one in words[1:] for part in one.split()}:
                    needs.program(word, f"{path} may call it")
        for name in code.assigned(text) if computed else ():
            needs.program(name, f"{path} may call it")


def _named_outright(needs: Needed) -> None:
    """Files of the system that the code, settings or the environment name by their whole path."""
    for literal in sorted(needs.application.told):
        if not _OF_THE_SYSTEM.match(literal) or DOCUMENTATION.fullmatch(literal):
            continue
        place = needs.tree.resolve(literal)
        if place is None:
            continue
        below = _SHARED.match(place) and needs.tree.entries[place].type == "dir"
        for path in [one.path for one in needs.tree.under(place)] if below else [place]:
            needs.file(path, f"the application names {literal}")


def by_programs(needs: Needed, kept: Iterable[str]) -> None:
    """Libraries whose names compiled programs hold as strings."""
    for path in kept:
        head = needs.tree.elf.get(path)
        # The C library in a static program names libraries that it can do without.
        for name in head.opens if head and head.needed else ():
            needs.library(name, f"{path} opens {name} by name")


def _opened(needs: Needed, named: code.Named, by: str) -> None:
    stems = named.stems
    there = needs.libraries_by_stem
    meant = stems.whole & there.keys()
    if stems.begun:
        meant |= {stem for stem in there if stem.startswith(stems.begun)}
    for path in (path for stem in sorted(meant) for path in there[stem]):
        needs.file(path, f"{by} may open it by name")
    for name in sorted(named.opened):
        needs.library(name, f"{by} opens {name} by name")
    for name in sorted(stems.links):
        for path in (one for one in needs.development_links if one.endswith("/" + name)):
            needs.package(needs.packaged.get(path, ""), f"{by} opens {name} by that very name")
