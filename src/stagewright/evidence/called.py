"""What the code that stays calls, names and opens: programs, libraries, files of the system."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from stagewright.evidence import code, start
from stagewright.evidence.extension_builders import extension_builders
from stagewright.evidence.needed import DOCUMENTATION, Needed
from stagewright.evidence.optional_calls import is_optional

_READ_FILES = 40_000
_DEPENDENCIES = re.compile(r"/(?:node_modules|site-packages|dist-packages|vendor|pkg/mod)/")
_OF_THE_SYSTEM = re.compile(r"/(?:usr|opt|etc/ssl)/[^/]+/")
_LINKED_MODULE = re.compile(rb"(?:dep|=>)\t([\w./~-]+)\t(v[\w.+-]+)")
# `-trimpath` or not: the table of sources is there in a stripped program, too.
_LINKED_SOURCE = re.compile(rb"\0([^\0]{1,300}@v[^\0]{1,300})/[^\0/]{1,100}\.(?:go|s)(?=\0)")
# Of a linked module's own generators and tools nothing is linked.
_PROGRAM_OF_GO = re.compile(rb"^package main\b|^//go:build ignore\b", re.M)
_CAPITAL = re.compile("[A-Z]")
_INTERPRETERS = {
    ".py": ("python3", "python"),
    ".pl": ("perl",),
    ".rb": ("ruby",),
    ".php": ("php",),
    ".R": ("Rscript",),
    ".lua": ("lua",),
    ".js": ("node",),
    ".sh": ("bash",),
    ".awk": ("awk",),
}
_MODULE = re.compile(r"/usr/lib/python3[\d.]*/(?:dist-packages/)?([A-Za-z]\w*)(?:\.py|/__init__\.py)")
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
    own = {path for path in texts if path in needs.application.texts or not _DEPENDENCIES.search(path)}
    named = {
        path: needs.tree.named_by(path, text, is_own=path in own) for path, text in sorted(texts.items())
    }
    calling = any(named[path].starts_processes for path in own)
    builders = extension_builders(texts)
    for path, one in named.items():
        if path in builders:
            continue
        needs.words |= {word for word in one.words if not is_optional(path, word)}
        for name in sorted(one.programs | one.words if calling and path in own else one.programs):
            if not is_optional(path, name):
                needs.program(name, f"{path} calls it by name")
        _opened(needs, one, path)
    for name in sorted(needs.application.calls):
        needs.program(name, "scripts, settings or code call it")
    _shells(needs, {path: text for path, text in texts.items() if start.is_shell(path, needs.tree)})
    _scripts(needs, own)
    _modules_of_go(needs)
    _modules_of_the_system(needs)
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


def _scripts(needs: Needed, own: Iterable[str]) -> None:
    """Code in another language that something names: its interpreter, be it a library that starts it."""
    named = {posixpath.basename(one) for one in needs.application.told}
    for path in sorted(own):
        base = posixpath.basename(path)
        for name in _INTERPRETERS.get(posixpath.splitext(base)[1], ()) if base in named else ():
            needs.program(name, f"it runs {path}, which the application names")


def _modules_of_go(needs: Needed) -> None:
    """What the modules call that are compiled in; their sources may lie in the cache of modules."""
    started = [path for path in needs.application.entries if path in needs.tree.elf]
    contents = needs.tree.read_many(started).values()
    modules = {match for content in contents for match in _LINKED_MODULE.findall(content)}
    home = dict(needs.tree.config.env).get("GOPATH", "/root/go")
    folders = [
        f"{home}/pkg/mod/{_CAPITAL.sub(lambda one: '!' + one[0].lower(), name)}@{version}"
        for name, version in sorted((name.decode(), version.decode()) for name, version in modules)
    ]
    linked = {_spelled(place) for content in contents for place in _LINKED_SOURCE.findall(content)}
    sources = [
        entry.path
        for folder in folders
        for entry in needs.tree.under(folder)
        if entry.path.endswith(".go")
        and not entry.path.endswith("_test.go")
        and _folder_of_module(entry.path) in linked
    ]
    for path, data in needs.tree.read_many(sources[:_READ_FILES]).items():
        if _PROGRAM_OF_GO.search(data):
            continue
        named = needs.tree.named_by(path, data.decode("utf-8", "replace"), is_own=False)
        needs.words |= named.words
        for name in sorted(named.words | named.programs) if named.starts_processes else ():
            needs.program(name, f"{path} may call it by name")


def _folder_of_module(path: str) -> bytes:
    """As the program's own table of sources has it: `example.org/a@v1.0.0/b`."""
    return _spelled(posixpath.dirname(path).encode())


def _spelled(place: bytes) -> bytes:
    """Below the cache of modules, with the capitals that a folder there spells `!a`."""
    return re.sub(b"!([a-z])", lambda one: one[1].upper(), place.rpartition(b"/pkg/mod/")[2])


def _modules_of_the_system(needs: Needed) -> None:
    """Python modules that come in packages of the distribution's, imported by the application at any time."""
    modules = needs.application.modules
    runs = any(path.startswith("/usr/bin/python3") for path in needs.files)
    for entry in needs.tree.under("/usr/lib") if runs else ():
        match = _MODULE.fullmatch(entry.path)
        if match and match[1] in modules:
            needs.file(entry.path, f"the application imports {match[1]}")


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
