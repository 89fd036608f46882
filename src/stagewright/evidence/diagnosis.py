"""What a failed run or build says that it lacks, found in the original's files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from stagewright.evidence import start
from stagewright.evidence.tree import ImageTree

_MOST_PATHS = 2_000
_LOCALES = "/usr/lib/locale"
_ZONES = "/usr/share/zoneinfo"
_ACCOUNTS = ("/etc/passwd", "/etc/group")
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_NAME = r"""['"`]?([\w@.+/-]+)['"`]?"""

Finder = Callable[[ImageTree, str], Iterable[str]]


def _library(tree: ImageTree, name: str) -> Iterator[str]:
    base = posixpath.basename(name)
    yield from (path for path in (*tree.elf, *tree.entries) if posixpath.basename(path) == base)


def _program(tree: ImageTree, name: str) -> Iterator[str]:
    if place := start.program_place(name, tree):
        yield place


def _file(tree: ImageTree, name: str) -> Iterator[str]:
    path = posixpath.normpath(posixpath.join(tree.config.workdir or "/", name))
    if path in tree.entries:
        yield path


def _python_module(tree: ImageTree, name: str) -> Iterator[str]:
    """The module by its longest dotted name that is there, as package, file or extension."""
    parts = name.split(".")
    while parts:
        place = re.escape("/".join(parts))
        wanted = re.compile(
            rf".*/(?:site-packages|dist-packages|python3[\d.]*|lib-dynload)/{place}(?:/__init__\.py|\.py|\.[\w-]*\.?so)"
        )
        found = [path for path in tree.entries if wanted.fullmatch(path)]
        if found:
            for path in found:
                yield posixpath.dirname(path) if path.endswith("/__init__.py") else path
            return
        parts.pop()


def _node_module(tree: ImageTree, name: str) -> Iterator[str]:
    parts = name.split("/")
    package = "/".join(parts[: 2 if name.startswith("@") else 1])
    yield from (path for path in tree.entries if path.endswith(f"/node_modules/{package}"))


def _ruby_file(tree: ImageTree, name: str) -> Iterator[str]:
    yield from (path for path in tree.entries if path.endswith((f"/{name}.rb", f"/{name}.so")))


def _java_class(tree: ImageTree, name: str) -> Iterator[str]:
    """The file of a class, or the jars that hold one: their tables have names as they are."""
    wanted = name.replace(".", "/") + ".class"
    yield from (path for path in tree.entries if path.endswith(f"/{wanted}"))
    yield from (path for path, data in tree.read_many(tree.jars).items() if wanted.encode() in data)


def _places(*places: str) -> Finder:
    return lambda tree, _: (place for place in places if place in tree.entries)


# What programs and run times print when something is not there; the group is its name.
_SAYINGS: tuple[tuple[re.Pattern[str], Finder], ...] = (
    (re.compile(r"([\w.+-]+\.so[\w.]*): cannot open shared object file"), _library),
    (re.compile(r"Error loading shared library ([\w.+-]+\.so[\w.]*)"), _library),
    (re.compile(rf"(?:ModuleNotFoundError|ImportError): No module named {_NAME}"), _python_module),
    (re.compile(rf"Cannot find (?:module|package) {_NAME}"), _node_module),
    (re.compile(rf"cannot load such file -- {_NAME}"), _ruby_file),
    (
        re.compile(
            r"(?:ClassNotFoundException|NoClassDefFoundError|Could not find or load main class):? ([\w.$/]+)"
        ),
        _java_class,
    ),
    (re.compile(rf"Unable to access jarfile {_NAME}"), _file),
    (re.compile(rf"exec: {_NAME}: executable file not found"), _program),
    (re.compile(rf"spawn {_NAME} ENOENT"), _program),
    (re.compile(rf"(?:\d+|sh|bash|env): {_NAME}: (?:command )?not found"), _program),
    (re.compile(rf"env: {_NAME}: No such file or directory"), _program),
    (re.compile(rf"No such file or directory: {_NAME}"), _file),
    (re.compile(rf"No such file or directory: {_NAME}"), _program),
    (re.compile(rf"ENOENT: no such file or directory, \w+ {_NAME}"), _file),
    (re.compile(rf"(?:open|stat|lstat) {_NAME}: no such file or directory"), _file),
    (re.compile(rf"{_NAME}: No such file"), _file),
    (re.compile(r"(?:unsupported locale setting|cannot change locale|setlocale)()"), _places(_LOCALES)),
    (re.compile(r"(?:ZoneInfoNotFoundError|unknown time zone|No time zone found)()"), _places(_ZONES)),
    (
        re.compile(r"(?:no such user|unknown user|unable to find user|getpwnam|getpwuid)()", re.I),
        _places(*_ACCOUNTS),
    ),
    (
        re.compile(
            r"(?:CERTIFICATE_VERIFY_FAILED|x509: certificate|unable to get (?:local )?issuer certificate)()"
        ),
        _places(_CERTIFICATES),
    ),
)
_BROKEN: Mapping[str, Finder] = {
    "library": _library,
    "interpreter": _program,
    "program": _program,
    "link": _file,
}


def diagnose(tree: ImageTree, text: str, broken: Iterable[tuple[str, str]] = ()) -> Mapping[str, str]:
    """Paths of the original that were lacking → what says so.

    `text` is what a run or a build printed; `broken` are pairs of (library, interpreter, program, link; the
    name that leads nowhere). A folder stands for all that lies below it.
    """
    said = [(finder, match[1], match[0]) for pattern, finder in _SAYINGS for match in pattern.finditer(text)]
    said += [(_BROKEN[what], name, f"{what} {name} is not there") for what, name in broken if what in _BROKEN]
    found: dict[str, str] = {}
    for finder, name, why in dict.fromkeys(said):
        for place in finder(tree, name):
            for path in _below(tree, place):
                if len(found) < _MOST_PATHS:
                    found.setdefault(path, f"a proof failed without it: {why.strip()}")
    return found


def _below(tree: ImageTree, place: str) -> Iterator[str]:
    entry = tree.entries.get(place)
    if entry is None or entry.type != "dir":
        yield place
    else:
        yield from (one.path for one in tree.under(place) if one.type != "dir")
