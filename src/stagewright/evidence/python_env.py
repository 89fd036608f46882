"""Python distributions of a uv project: which the lockfile needs for development only."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stagewright import tables
from stagewright.evidence import naming
from stagewright.evidence.application import Application
from stagewright.evidence.records import RECORD, recorded
from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import Reason

_INSTALLERS = {"uv": frozenset({"uv", "uvx"})}
# The names of groups that a run needs nothing of.
_DEVELOPMENT = re.compile(
    r"dev(?:el(?:op(?:ment)?)?)?|tests?|testing|lint(?:ers?|ing)?|docs?|documentation|typ(?:es?|ing)|typecheck(?:ing)?|mypy|checks?"
    r"|format(?:ting)?|style|qa|ci|bench(?:mark(?:s|ing)?)?|build|release|pre-?commit|notebooks?|jupyter"
)
_IMPORT = re.compile(r"from\s+([A-Za-z_][\w.]*)\s+import\b|import\s+([A-Za-z_][\w., ]*)")
_SCHEME = re.compile(r"\w\+\w|\w://")
_GROUP = re.compile(r"^[ \t]*\[([^\]\n]+)\]", re.M)
# Whoever imports these is being tested.
_RUNNERS = frozenset({"pytest", "_pytest", "py", "hypothesis", "nose"})
# What a distribution has for those who test it, or with it.
_OF_TESTS = re.compile(r"/[^/]*test[^/]*(?:/|\.py$)|/conftest\.py$")


@dataclass(frozen=True, slots=True)
class PythonPackages:
    """`reasons` for the files of distributions that may go; `waivers`: (distribution, why it has to stay)."""

    reasons: Mapping[str, Reason]
    waivers: tuple[tuple[str, str], ...] = ()


def read_python_packages(tree: ImageTree, made: Iterable[str], application: Application) -> PythonPackages:
    tools = _tools(tree, made, application)
    packages = _locked(tree.read(posixpath.join(application.folder, "uv.lock")))
    development = _development(packages)
    if development is None:
        return PythonPackages(tools)
    paths = set(made)
    records = {match["name"]: path for path in paths if (match := RECORD.fullmatch(path))}
    contents = tree.read_many(records.values())
    files = {
        normal(name): recorded(path, contents.get(path, b""), paths)
        for name, path in sorted(records.items())
        if normal(name) in development
    }
    imported = {
        part
        for path, text in application.live.items()
        for part in (*naming.modules(text), *(one.partition(".")[0] for one in naming.quoted(text)))
        if path.endswith(".py")
    }
    imported |= {word.partition(".")[0] for words in application.commands for word in words}
    # The scheme of an address names the driver.
    imported |= {
        part for word in application.told if _SCHEME.search(word) for part in re.split(r"[+:/]+", word)
    }
    imported |= _imported_by_others(tree, paths, frozenset[str]().union(*files.values()))
    called = application.programs | application.calls
    used = {
        name
        for name, found in files.items()
        if _tops(found) & (imported | called)
        or _programs(found) & called
        or _groups(found, tree) & application.told
    }
    kept = _closure(sorted(used), packages)
    return PythonPackages(
        tools
        | {
            path: Reason("development dependency", f"{name}: the lockfile needs it for development only")
            for name, found in sorted(files.items())
            if name not in kept
            for path in found
        },
        tuple((name, "something that runs imports, names or calls it") for name in sorted(used)),
    )


def _imported_by_others(tree: ImageTree, paths: Iterable[str], development: frozenset[str]) -> set[str]:
    """The modules that the code of production's distributions imports if they are there."""
    code = [
        path
        for path in paths
        if path.endswith(".py") and "/site-packages/" in path and path not in development
    ]
    texts = tree.read_many(path for path in code if not _OF_TESTS.search(path))
    found = {name for text in texts.values() for name in _tried(text.decode("utf-8", "replace"))}
    return found - _RUNNERS


def _tried(text: str) -> frozenset[str]:
    """The top-level modules that a text imports within `try`, or where that failed."""
    found: set[str] = set()
    open_tries: list[int] = []
    for line in text.splitlines():
        statement = line.lstrip(" \t")
        if not statement or statement.startswith("#"):
            continue
        depth = len(line) - len(statement)
        while open_tries and depth <= open_tries[-1]:
            open_tries.pop()
        if statement.startswith(("try:", "except")):
            open_tries.append(depth)
        elif open_tries and (match := _IMPORT.match(statement)):
            found.update(name.partition(".")[0] for name in re.findall(r"[\w.]+", match[1] or match[2]))
    return frozenset(found)


def development_only(lock: bytes) -> frozenset[str]:
    """The normalised names of the distributions that a `uv.lock` needs for development only."""
    return _development(_locked(lock)) or frozenset()


def normal(name: str) -> str:
    """A distribution's name as all its spellings are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _locked(lock: bytes | None) -> dict[str, list[Mapping[str, Any]]]:
    packages: dict[str, list[Mapping[str, Any]]] = {}
    for one in tables.rows((tables.from_toml(lock or b"") or {}).get("package")):
        if isinstance(one.get("name"), str):
            packages.setdefault(normal(one["name"]), []).append(one)
    return packages


def _development(packages: Mapping[str, Sequence[Mapping[str, Any]]]) -> frozenset[str] | None:
    """None where the lockfile is no project's own."""
    roots = [
        name
        for name, all_ in packages.items()
        if any(tables.table(one, "source").keys() & {"virtual", "editable"} for one in all_)
    ]
    return frozenset(packages.keys() - _closure(roots, packages)) if roots else None


def _tools(tree: ImageTree, made: Iterable[str], application: Application) -> dict[str, Reason]:
    """Installers that the start does not call."""
    paths = set(made)
    found: dict[str, Reason] = {}
    for path in sorted(paths):
        match = RECORD.fullmatch(path)
        if (
            match
            and match["name"] in _INSTALLERS
            and not _INSTALLERS[match["name"]] & (application.programs | application.calls)
        ):
            for one in recorded(path, tree.read(path) or b"", paths):
                found[one] = Reason("build tool", f"{match['name']} installs; nothing starts it")
    return found


def _closure(roots: Iterable[str], packages: Mapping[str, Sequence[Mapping[str, Any]]]) -> set[str]:
    """What the roots need in a run; a dependency's extras bring what they name, all platforms alike.

    A root's own extras, and groups that are not known to be for development, count: a build may install them.
    """
    reached: set[tuple[str, bool]] = set()
    queue: list[tuple[str, bool]] = [(name, True) for name in roots]
    for one in (one for name in roots for one in packages.get(name, ())):
        for group, items in tables.table(one, "dev-dependencies").items():
            if not _DEVELOPMENT.fullmatch(group):
                queue += _needed(items)
    while queue:
        name, extras = queue.pop()
        if (name, extras) in reached:
            continue
        reached.add((name, extras))
        for one in packages.get(name, ()):
            queue += _needed(one.get("dependencies"))
            if extras:
                for group in tables.table(one, "optional-dependencies").values():
                    queue += _needed(group)
    return {name for name, _ in reached if name in packages}


def _needed(items: object) -> list[tuple[str, bool]]:
    """The names of dependencies, and whether they come with extras."""
    return [(normal(str(one.get("name", ""))), bool(one.get("extra"))) for one in tables.rows(items)]


def _tops(files: frozenset[str]) -> set[str]:
    """The top-level modules of a distribution."""
    inside = (path.partition("/site-packages/")[2] for path in files if "/site-packages/" in path)
    return {part.split("/")[0].removesuffix(".py") for part in inside}


def _groups(files: frozenset[str], tree: ImageTree) -> set[str]:
    """The groups of entry points by which others find a distribution's objects."""
    lists = tree.read_many(path for path in files if path.endswith(".dist-info/entry_points.txt"))
    found = {name for text in lists.values() for name in _GROUP.findall(text.decode("utf-8", "replace"))}
    return found - {"console_scripts", "gui_scripts"}


def _programs(files: frozenset[str]) -> set[str]:
    """The commands that a distribution installs."""
    return {path.rpartition("/")[2] for path in files if posixpath.dirname(path).endswith("/bin")}
