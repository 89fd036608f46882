"""The node_modules of an image: what is for development only, and what of that runs all the same."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterable, Mapping, Set
from dataclasses import dataclass

from stagewright import tables
from stagewright.evidence import code, naming, settings
from stagewright.evidence.application import Application
from stagewright.evidence.node_modules import development_only, perhaps_wanted
from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import Reason

_TOP = re.compile(r"(/(?:(?!node_modules/).)*?)/?node_modules(?:/.*)?")
LOCKS = ("node_modules/.package-lock.json", "package-lock.json", "npm-shrinkwrap.json", "bun.lock")
_STATE = frozenset({".package-lock.json", ".yarn-integrity", ".modules.yaml", ".cache", ".bin", ".vite"})
_NOT_ITS_CODE = re.compile(r"/node_modules/|/[^/]*test[^/]*/")
_DEPENDENCIES = ("dependencies", "optionalDependencies", "peerDependencies")


@dataclass(frozen=True, slots=True)
class NodePackages:
    """`reasons` for the files of packages that may go; `waivers`: (package, why it has to stay)."""

    reasons: Mapping[str, Reason]
    waivers: tuple[tuple[str, str], ...] = ()


def read_node_packages(
    tree: ImageTree, made: Iterable[str], application: Application, missed: Mapping[str, str]
) -> NodePackages:
    """`missed`: path → what showed that it was lacking."""
    paths = list(made)
    folders = sorted(
        {match[1] for path in paths if (match := _TOP.fullmatch(path)) and _is_project(match[1])}
    )
    reasons: dict[str, Reason] = {}
    waivers: list[tuple[str, str]] = []
    for folder in folders:
        contents = tree.read_many([f"{folder}/{name}" for name in LOCKS])
        development = development_only(folder, contents)
        if not development:
            continue
        wanted = perhaps_wanted(folder, contents)
        lacking = {
            _name(owner): why for path, why in missed.items() if (owner := _inside(path, folder, development))
        }
        used = _used(folder, tree, development, application, wanted, lacking)
        waivers += sorted(used.items())
        gone = {path for path in development if _name(path) not in used}
        for path in paths:
            if owner := _inside(path, folder, gone):
                reasons[path] = Reason(
                    "development dependency",
                    f"{_name(owner)}: the lockfile marks it as such, nothing resolves it",
                )
            elif path == f"{folder}/node_modules/.package-lock.json":
                reasons[path] = Reason("installer state", "npm's own record")
        reasons |= _dangling_links(folder, tree, reasons)
    return NodePackages(reasons, tuple(waivers))


def _is_project(folder: str) -> bool:
    return not folder.startswith(("/usr/local/lib", "/usr/lib", "/root/")) and "/node_modules" not in folder


def _used(
    folder: str,
    tree: ImageTree,
    development: frozenset[str],
    application: Application,
    wanted: Mapping[str, frozenset[str]],
    lacking: Mapping[str, str],
) -> dict[str, str]:
    """Development packages that the code or the start resolves or a run lacked, with all that they depend on.

    Loggers, view engines and drivers are loaded by whom the code tells their names: any literal counts.
    """
    why: dict[str, str] = {}
    queue = list(lacking.items())
    known = {_name(path) for path in development}
    for path, text in application.live.items():
        imported = set(filter(None, map(code.package_of, code.imports(text))))
        named = known.intersection(filter(None, map(code.package_of, naming.quoted(text))))
        nearer = {
            name for name in imported | named if _has_nearer(path, name, folder, tree.entries, development)
        }
        queue += [(name, f"{path} imports it") for name in sorted(imported - nearer)]
        queue += [(name, f"{path} names it") for name in sorted(named - imported - nearer)]
    for path, text in application.styles.items():
        written = (word.removeprefix("~") for word in naming.quoted(text))
        named = known.intersection(filter(None, map(code.package_of, written)))
        queue += [(name, f"{path} imports it") for name in sorted(named)]
    for path, text in application.settings.items():
        # .eslintrc.json and its like are for tools.
        of_a_tool = posixpath.basename(path).startswith(".")
        if not of_a_tool and not application.tests.have(application.name(path)):
            named = known.intersection(filter(None, map(code.package_of, settings.words(text))))
            queue += [(name, f"{path} names it") for name in sorted(named)]
    for path, names in wanted.items():
        resolved = _resolved(path, tree) if names - why.keys() else frozenset()
        queue += [(name, f"{_name(path)} may use it") for name in sorted(names & resolved)]
    for program in sorted(application.programs | application.calls):
        link = tree.resolve(f"{folder}/node_modules/.bin/{program}")
        if link and (match := re.search(r"/node_modules/((?:@[^/]+/)?[^/]+)/", link)):
            queue.append((match[1], f"something that runs calls {program}"))
    while queue:
        name, reason = queue.pop()
        if name not in known or name in why:
            continue
        why[name] = reason
        queue += [
            (other, f"{name} depends on it") for other in depends(f"{folder}/node_modules/{name}", tree)
        ]
    return why


def _has_nearer(
    path: str, name: str, folder: str, entries: Container[str], development: frozenset[str]
) -> bool:
    """Whether code at `path` resolves a package that stays before it comes to the folder's own."""
    place = posixpath.dirname(path)
    while place.startswith(f"{folder}/"):
        if (nearer := f"{place}/node_modules/{name}") in entries:
            return nearer not in development
        place = posixpath.dirname(place)
    return False


def _resolved(folder: str, tree: ImageTree) -> frozenset[str]:
    """The packages that a package's own code imports, what it has for tests apart."""
    scripts = [
        entry.path
        for entry in tree.under(folder)
        if entry.type == "file"
        and entry.size <= code.MAX_BYTES
        and code.JAVASCRIPT.match(entry.path)
        and not _NOT_ITS_CODE.search(entry.path[len(folder) :])
    ]
    texts = (data.decode("utf-8", "replace") for data in tree.read_many(scripts).values())
    return frozenset(filter(None, (code.package_of(one) for text in texts for one in code.imports(text))))


def depends(folder: str, tree: ImageTree, kinds: tuple[str, ...] = _DEPENDENCIES) -> list[str]:
    """The names of what the package in a folder declares that it depends on."""
    manifest = tables.from_json(tree.read(f"{folder}/package.json") or b"")
    return [name for kind in kinds for name in tables.table(manifest, kind)]


def _inside(path: str, folder: str, gone: Set[str]) -> str | None:
    """The package among `gone` that a path belongs to."""
    if not path.startswith(f"{folder}/node_modules/"):
        return None
    at = len(path)
    while at > len(folder):
        if path[:at] in gone:
            return path[:at]
        at = path.rfind("/", 0, at)
    return None


def _dangling_links(folder: str, tree: ImageTree, reasons: Mapping[str, Reason]) -> dict[str, Reason]:
    """Commands in `.bin` whose package goes."""
    found = {}
    for entry in tree.under(f"{folder}/node_modules"):
        if entry.type == "link" and "/.bin/" in entry.path:
            target = tree.resolve(entry.path)
            if target and target in reasons:
                found[entry.path] = reasons[target]
    return found


def _name(path: str) -> str:
    return path.rpartition("node_modules/")[2]
