"""`--bold`: what the start, the runs and all that stays lead to, and no more that was put beside it.

The careful judge keeps what nothing shows to be needless. Here two things stay only where something shows
them to be needed: packages that were installed by name, and files of the user's outside the application.
A folder of its own (`/opt/tool`) goes or stays whole. Never in doubt are the application's folder, the
dependencies of its language (nobody follows imports), settings, changed files of the base, what is small, and
data that is opened late (fonts, certificates, time zones).
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from stagewright.evidence import code, start
from stagewright.evidence.installed import read_packages
from stagewright.evidence.judge import learn
from stagewright.evidence.tree import ImageTree
from stagewright.model.evidence import Evidence
from stagewright.model.fact import UNSHOWN, Fact, Reason
from stagewright.model.project import Project

# Bytes below which a folder or file is not worth the doubt.
WORTH = 100_000
_READ_FILES = 40_000
# Folders that many share: each thing in them stands by itself.
_SHARED = re.compile(
    r"/|/usr|/usr/local|(?:/usr(?:/local)?)?/(?:s?bin|lib(?:32|64|x32|exec)?|include|share|src|etc|games)"
    r"|(?:/usr(?:/local)?)?/lib/(?:[a-z0-9_]+-linux-[a-z0-9]+|node_modules(?:/@[^/]+)?)"
    r"|/opt|/srv|/mnt|/media|/run|/tmp|/var|/var/(?:lib|cache|opt|tmp|www|spool)"
    r"|/home|(?:/root|/home/[^/]+)(?:/\.(?:cache|config|local)(?:/(?:bin|lib|share))?)?"
)
_STAYS = re.compile(r"/(?:usr/local/)?etc/.*|.*/(?:site|dist)-packages/.*|/node_modules/.*")
_DEPENDENCIES = re.compile(r"/(?:node_modules|site-packages|dist-packages|vendor)/")
_PATH = re.compile(rb"/[\w.@+~-]+(?:/[\w.@+~-]+)*")
# Variables that tell a tool chain where it keeps its own.
_OF_TOOL_CHAINS = frozenset(("PATH", "GOPATH", "CARGO_HOME", "RUSTUP_HOME"))
_WHY = "neither the start, a run nor anything that stays leads to it"


def learn_boldly(
    original: ImageTree, base: ImageTree | None, project: Project, observed_paths: Iterable[str] = ()
) -> Evidence:
    """As `learn`, from the run-time closure alone; `unshown` has what `learn` would have kept."""
    observed = tuple(observed_paths)
    careful = learn(original, base, project, observed)
    doubted = _doubted(original, base, careful)
    while True:
        bold = learn(original, base, project, observed, aside=_aside(original, careful, doubted))
        shown = doubted.keys() & _led_to(original, bold, project)
        if not shown:
            return _told(original, careful, bold, bool(observed))
        doubted = {unit: paths for unit, paths in doubted.items() if unit not in shown}


def unit_of(path: str) -> str:
    """The outermost folder of its own that a path lies in; in a folder that many share the path itself."""
    parts = path.split("/")
    heads = ("/".join(parts[:count]) for count in range(2, len(parts)))
    return next((head for head in heads if not _SHARED.fullmatch(head)), path)


def _doubted(original: ImageTree, base: ImageTree | None, careful: Evidence) -> dict[str, list[str]]:
    """Files that the careful judge keeps without knowing what for, by the unit that goes or stays whole."""
    folder = _folder(original)
    home = unit_of(f"{folder}/.")
    before = base.entries if base else {}
    units: dict[str, list[str]] = defaultdict(list)
    for path in careful.made:
        if (
            original.entries[path].type != "file"
            or path in careful.reasons
            or path in careful.provided
            or path in before
            or path in (careful.packaged or {})
            or _STAYS.fullmatch(path)
            or (folder and path.startswith(f"{folder}/"))
        ):
            continue
        if (unit := unit_of(path)) != home:
            units[unit].append(path)
    entries = original.entries
    return {unit: paths for unit, paths in units.items() if sum(entries[one].size for one in paths) >= WORTH}


def _folder(tree: ImageTree) -> str:
    """The application's; "" where it has none of its own."""
    return (tree.resolve(tree.config.workdir or "/") or "/").rstrip("/")


def _aside(original: ImageTree, careful: Evidence, doubted: Mapping[str, Iterable[str]]) -> dict[str, Reason]:
    """Reasons for the files of the units, and for the links in shared folders that lead to them."""
    found = {path: _reason(unit) for unit, paths in doubted.items() for path in paths}
    for path in careful.made:
        if original.entries[path].type == "link" and path not in careful.reasons and unit_of(path) == path:
            target = original.resolve(path)
            if target and (unit := _unit_below(target)) in doubted:
                found[path] = _reason(unit)
    return found


def _unit_below(path: str) -> str:
    """As `unit_of` for a path that may be the folder itself."""
    return unit_of(f"{path}/.").removesuffix("/.")


def _reason(name: str) -> Reason:
    return Reason(UNSHOWN, f"{name}: {_WHY}")


def _led_to(original: ImageTree, bold: Evidence, project: Project) -> set[str]:
    """The units that something which stays needs, names or links to."""
    found = {unit_of(path) for path in bold.needed_files}
    kept = [path for path in bold.made if path not in bold.reasons]
    for path in kept:
        if original.entries[path].type == "link" and (target := original.resolve(path)):
            found.add(_unit_below(target))
    for name in _named(original, bold, kept, project):
        found.add(unit_of(name))
        if target := original.resolve(name):
            found.add(_unit_below(target))
    return found


def _named(original: ImageTree, bold: Evidence, kept: Iterable[str], project: Project) -> Iterator[str]:
    """The absolute paths that the configuration, the commands and the texts and programs that stay name."""
    config = original.config
    words = [word for command in start.commands(original, project) for word in command]
    yield from (posixpath.join(config.workdir or "/", word) for word in words if start.looks_like_path(word))
    settings = [path for path in sorted(bold.needed_files) if path.startswith("/etc/")]
    read = [path for path in (*kept, *settings) if _is_read(path, original)]
    texts = [
        *(value.encode() for name, value in config.env if name not in _OF_TOOL_CHAINS),
        *(text.encode() for text in (*words, *config.volumes)),
        *original.read_many(read[:_READ_FILES]).values(),
    ]
    yield from sorted({match.decode() for text in texts for match in _PATH.findall(text)})


def _is_read(path: str, tree: ImageTree) -> bool:
    """Code of the application and of its dependencies, its other texts, its own programs."""
    entry = tree.entries[path]
    if entry.type != "file":
        return False
    if path in tree.elf:
        return not _DEPENDENCIES.search(path)
    return entry.size <= code.MAX_BYTES and bool(code.SCRIPT.match(path) or not _DEPENDENCIES.search(path))


def _told(original: ImageTree, careful: Evidence, bold: Evidence, was_run: bool) -> Evidence:
    """With the reasons of what the careful judge keeps said for what they are."""
    packages = _packages(original, careful, bold)
    unshown = {}
    for path in original.entries:
        if careful.reason_for(path) is None and (reason := bold.reason_for(path)) is not None:
            owner = (careful.packaged or {}).get(path)
            if owner or reason.kind != UNSHOWN:
                reason = _reason(packages.get(owner, owner) if owner else _unit_below(path))
            unshown[path] = reason
    names = sorted({reason.why.partition(": ")[0] for reason in unshown.values()})
    return replace(
        bold,
        reasons={path: unshown.get(path, reason) for path, reason in bold.reasons.items()},
        unshown=unshown,
        facts=(
            *bold.facts,
            *(Fact(name, UNSHOWN, name, "run" if was_run else "image", _WHY) for name in names),
        ),
    )


def _packages(original: ImageTree, careful: Evidence, bold: Evidence) -> dict[str, str]:
    """Package → the one that the careful judge would have installed, and that brings it along."""
    database = read_packages(original.files, original.read_many)
    needed = {need.name for need in bold.packages}
    found: dict[str, str] = {}
    for need in careful.packages:
        if need.name not in needed:
            found |= dict.fromkeys(database.closure(need.name, but=found), need.name)
            found.setdefault(need.name, need.name)
    return found
