"""Python distributions of a uv project: which the lockfile needs for development only."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stagewright.evidence.application import Application
from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import Reason

_RECORD = re.compile(r"(?P<site>/.+/site-packages)/(?P<name>[^/]+)-[^-/]+\.dist-info/RECORD")
_INSTALLERS = {"uv": frozenset({"uv", "uvx"})}
_IMPORT = re.compile(r"^\s*(?:from|import)\s+([A-Za-z_]\w*)", re.M)


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
    records = {match["name"]: path for path in paths if (match := _RECORD.fullmatch(path))}
    contents = tree.read_many(records.values())
    files = {
        normal(name): _files(path, contents.get(path, b""), paths)
        for name, path in sorted(records.items())
        if normal(name) in development
    }
    imported = {name for text in application.live.values() for name in _IMPORT.findall(text)}
    used = {name for name, found in files.items() if _tops(found) & imported}
    kept = _closure(sorted(used), packages)
    return PythonPackages(
        tools
        | {
            path: Reason("development dependency", f"{name}: the lockfile needs it for development only")
            for name, found in sorted(files.items())
            if name not in kept
            for path in found
        },
        tuple((name, "the application's code imports it") for name in sorted(used)),
    )


def development_only(lock: bytes) -> frozenset[str]:
    """The normalised names of the distributions that a `uv.lock` needs for development only."""
    return _development(_locked(lock)) or frozenset()


def normal(name: str) -> str:
    """A distribution's name as all its spellings are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _locked(lock: bytes | None) -> dict[str, Mapping[str, Any]]:
    found = _toml(lock).get("package", ())
    return {normal(one["name"]): one for one in found if isinstance(one.get("name"), str)}


def _development(packages: Mapping[str, Mapping[str, Any]]) -> frozenset[str] | None:
    """None where the lockfile is no project's own."""
    roots = [name for name, one in packages.items() if set(one.get("source") or ()) & {"virtual", "editable"}]
    return frozenset(packages.keys() - _closure(roots, packages)) if roots else None


def _tools(tree: ImageTree, made: Iterable[str], application: Application) -> dict[str, Reason]:
    """Installers that the start does not call."""
    paths = set(made)
    found: dict[str, Reason] = {}
    for path in sorted(paths):
        match = _RECORD.fullmatch(path)
        if match and match["name"] in _INSTALLERS and not application.programs & _INSTALLERS[match["name"]]:
            for one in _files(path, tree.read(path) or b"", paths):
                found[one] = Reason("build tool", f"{match['name']} installs; nothing starts it")
    return found


def _closure(roots: Iterable[str], packages: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """What the roots need in a run; a dependency's extras bring what they name, all platforms alike."""
    reached: set[str] = set()
    queue: list[tuple[str, bool]] = [(name, False) for name in roots]
    while queue:
        name, extras = queue.pop()
        one = packages.get(name)
        if one is None or (name in reached and not extras):
            continue
        reached.add(name)
        needed = list(one.get("dependencies") or ())
        if extras:
            for group in (one.get("optional-dependencies") or {}).values():
                needed += group
        queue += [
            (normal(item["name"]), bool(item.get("extra"))) for item in needed if _is_new(item, reached)
        ]
    return reached


def _is_new(item: Mapping[str, Any], reached: set[str]) -> bool:
    return normal(str(item.get("name", ""))) not in reached


def _files(record: str, content: bytes, paths: set[str]) -> frozenset[str]:
    """The paths that a RECORD names, byte code of its modules included."""
    site = posixpath.dirname(posixpath.dirname(record))
    named = {
        posixpath.normpath(posixpath.join(site, line.rsplit(",", 2)[0].strip('"')))
        for line in content.decode("utf-8", "replace").splitlines()
        if line.count(",") >= 2
    }
    modules = {path.removesuffix(".py") for path in named if path.endswith(".py")}
    folders = {posixpath.join(posixpath.dirname(path), "__pycache__") for path in modules}
    compiled = {
        path
        for path in paths
        if path.endswith(".pyc")
        and posixpath.dirname(path) in folders
        and posixpath.join(
            posixpath.dirname(posixpath.dirname(path)), posixpath.basename(path).split(".", 1)[0]
        )
        in modules
    }
    return frozenset((named & paths) | compiled)


def _tops(files: frozenset[str]) -> set[str]:
    """The top-level modules of a distribution."""
    inside = (path.partition("/site-packages/")[2] for path in files if "/site-packages/" in path)
    return {part.split("/")[0].removesuffix(".py") for part in inside}


def _toml(data: bytes | None) -> dict[str, Any]:
    try:
        return tomllib.loads((data or b"").decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return {}
