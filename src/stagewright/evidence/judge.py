"""One judge for design and proof: what of a built image production needs, and what may go, with reasons."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from stagewright.evidence import called, class_path, late, libraries, start
from stagewright.evidence.application import Application, understand
from stagewright.evidence.asked import BUILDING, read_instructions, recommended, staying
from stagewright.evidence.caches import package_effect, reason_by_place, temporary_homes
from stagewright.evidence.changes import Changes, changes_of
from stagewright.evidence.golang import go_reasons
from stagewright.evidence.installed import read_packages
from stagewright.evidence.language_facts import language_facts
from stagewright.evidence.needed import DATA, DOCUMENTATION, Needed
from stagewright.evidence.own_files import reasons as application_reasons
from stagewright.evidence.packages import NO_PACKAGES, Packages
from stagewright.evidence.packages_of_node import read_node_packages
from stagewright.evidence.python_env import read_python_packages
from stagewright.evidence.tree import ImageTree
from stagewright.model.evidence import Evidence
from stagewright.model.fact import Fact, Need, Reason
from stagewright.model.project import Project

_OWN_AUTHORITIES = "/usr/local/share/ca-certificates/"
_TOOLS_BY_HAND = (("/etc/ssl/", "update-ca-certificates"), ("/etc/alternatives/", "update-alternatives"))
_BYTE_CODE = re.compile(r"(.*)/__pycache__/([^/.]+)\.[^/]+\.pyc")
_TEMPORARY = re.compile(r"/(?:var/)?tmp/([^/]+)")
_LOADERS_OF_YARN = frozenset((".pnp.cjs", ".pnp.js"))
_NONE: Mapping[str, str] = {}


def learn(
    original: ImageTree,
    base: ImageTree | None,
    project: Project,
    observed_paths: Iterable[str] = (),
    missed: Mapping[str, str] = _NONE,
    *,
    aside: Mapping[str, Reason] | None = None,
) -> Evidence:
    """Facts of a built original on its own base. `observed_paths` were mapped, open or run in its runs.

    `missed`: path → what showed that it was lacking. `aside` (None: the careful judgement): made paths that
    stay only where something shows that they are needed, with the reasons that they have else; no package
    stays then for having been asked for.
    """
    packages = read_packages(original.files, original.read_many)
    before = read_packages(base.files, base.read_many) if base else NO_PACKAGES
    changes = changes_of(original, base, packages.manager)
    packaged = _packaged(original, packages)
    application = understand(original, changes.made, project)
    node = read_node_packages(original, changes.made, application, missed)
    reasons: dict[str, Reason] = {}
    programs = application.programs | application.calls
    named = application.told
    # Yarn's own loader reads the packages where Yarn keeps them.
    if any(path.rpartition("/")[2] in _LOADERS_OF_YARN for path in changes.made):
        programs |= {"yarn"}
    own_authorities = any(path.startswith(_OWN_AUTHORITIES) for path in changes.made)
    homes = temporary_homes(original.config.env)
    for path in changes.made:
        by = original.layers[changes.made[path]].created_by
        reason = reason_by_place(path, original.entries[path].type, programs=programs, by=by, named=named)
        if reason and not path.startswith(homes):
            reasons[path] = reason
        elif owner := _installed_owner(path, changes, packaged):
            reasons[path] = Reason("package", f"{owner}: nothing that stays needs it")
        elif (source := _compiled_from(path)) in original.entries and source not in changes.made:
            reasons[path] = Reason("byte code", "of a source of the base, which any run compiles anew")
        elif source in changes.made and (owner := _installed_owner(source, changes, packaged)):
            reasons[path] = Reason("byte code", f"of a source of {owner}, whose installation compiles it")
        elif _effect(path, changes, by) and not (own_authorities and path.startswith("/etc/ssl/")):
            reasons[path] = Reason("package", "written by the installation of packages")
    python = read_python_packages(original, changes.made, application)
    reasons |= node.reasons
    reasons |= python.reasons
    for path, reason in application_reasons(application, original, changes.made).items():
        reasons.setdefault(path, reason)
    for path, reason in go_reasons(application, original, changes.made).items():
        reasons.setdefault(path, reason)
    for path, reason in (aside or {}).items():
        reasons.setdefault(path, reason)
    _empty_folders(original, changes.made, reasons)
    needs = Needed(original, changes, packages, before, packaged, reasons, application)
    seen = {**dict.fromkeys(observed_paths, "seen open or mapped in a run"), **missed}
    _gather(needs, seen, as_asked=aside is None)
    provided = set()
    for path in needs.files:
        reason = reasons.pop(path, None)
        configured = path.startswith("/etc/") and changes.made.get(path) not in changes.only_installing
        if reason and reason.kind == "package" and not configured:
            provided.add(path)
    stays = (path for path in changes.made if path not in reasons and path not in packaged)
    return Evidence(
        made=changes.made,
        deleted=changes.deleted,
        reasons=dict(sorted(reasons.items())),
        packages=tuple(
            Need(name, why, asked=packages.asked.get(name, ""))
            for name, why in sorted(needs.asked_for().items())
        ),
        paths=tuple(Need(path, why, path) for path, why in sorted(needs.loose.items())),
        needed_files=frozenset(needs.files),
        packaged=packaged,
        waivers=node.waivers + python.waivers,
        facts=(
            *needs.facts,
            *_facts(application, packages, before),
            *language_facts(original, stays, application),
        ),
        provided=frozenset(provided),
        variables=_variables(base, application),
        removed=_removed(original, packages, before, needs.with_dependencies()),
    )


def _variables(base: ImageTree | None, application: Application) -> frozenset[str]:
    names = {name for name, _ in base.config.env} - {"PATH"} if base else set()
    texts = (*application.live.values(), *application.settings.values())
    return frozenset(name for name in names if any(name in text for text in texts))


def _gather(needs: Needed, seen: Mapping[str, str], *, as_asked: bool) -> None:
    """Follow what stays. `seen`: path → how it was seen to be needed."""
    kept = [path for path in needs.changes.made if path not in needs.reasons]
    for words in needs.application.commands:
        needs.program(words[0], f"the start calls {words[0]}")
    for path in kept:
        if name := start.interpreter(needs.tree.shebangs.get(path, "")):
            needs.program(name, f"{path} names it in its first line")
    for path, why in seen.items():
        needs.file(path, why)
        if path in needs.tree.entries and needs.tree.entries[path].type == "link":
            needs.links(path, why)
    called.by_variables(needs)
    texts = called.by_code(needs, kept)
    _temporary(needs, texts)
    late.tables(needs, texts)
    called.by_programs(needs, kept)
    folders = libraries.search_path(needs.tree.files, _loader_settings(needs))
    if as_asked:
        _asked(needs)
    class_path.follow(needs)
    roots = [path for path in (*kept, *needs.files) if path in needs.tree.elf]
    _libraries(needs, roots, folders)
    late.data(needs)
    late.all_fonts(needs, kept)
    _package_files(needs)


def _temporary(needs: Needed, texts: Mapping[str, str]) -> None:
    """What lies where programs keep their temporary files, and a library's code names: its cache."""
    found = [(path, match[1]) for path in needs.reasons if (match := _TEMPORARY.match(path))]
    for name in sorted({name for _, name in found}):
        literal = re.compile(rf"""['"`/]{re.escape(name)}['"`/]""")
        if by := next((path for path, text in texts.items() if name in text and literal.search(text)), ""):
            for path in (path for path, one in found if one == name):
                needs.file(path, f"{by} names {name}")


def _asked(needs: Needed) -> None:
    texts = (layer.created_by for layer in needs.tree.layers if layer.index >= needs.changes.first)
    instructions = read_instructions(texts)
    for name in staying(instructions, needs.database.owner, frozenset(needs.words)):
        needs.package(
            name, "the user's instructions ask for it, and nothing says that only the build uses it"
        )
    for name, more in instructions.asked.items():
        if more and name in needs.packages:
            for other, by in recommended(name, needs.database, needs.before).items():
                needs.package(other, f"{by} recommends it, and the user's instructions install that, too")


def _libraries(needs: Needed, roots: list[str], folders: tuple[str, ...]) -> None:
    found, missing = libraries.closure(roots, needs.tree.elf, folders, needs.tree.resolve)
    for path, by in sorted(found.items()):
        needs.file(path, f"{by} is linked with it")
    for name, by in sorted(missing.items()):
        needs.facts.append(Fact(name, "library that is not there", by, "image", f"{by} is linked with it"))


def _package_files(needs: Needed) -> None:
    """A needed package is needed whole, with what it depends on; documentation apart."""
    needed = needs.with_dependencies() - DATA.keys()
    for path, owner in needs.packaged.items():
        entry = needs.tree.entries[path]
        if owner in needed and entry.type != "dir" and not DOCUMENTATION.fullmatch(path):
            needs.files.add(path)


def _loader_settings(needs: Needed) -> Mapping[str, bytes]:
    names = [path for path in needs.tree.entries if path.startswith("/etc/ld.so.conf")]
    return needs.tree.read_many(names)


def _packaged(tree: ImageTree, packages: Packages) -> dict[str, str]:
    return {path: owner for path in tree.entries if (owner := packages.owner.get(path))}


def _installed_owner(path: str, changes: Changes, packaged: Mapping[str, str]) -> str | None:
    """The package that gave a path of the user's layers, where a layer that installs wrote it last."""
    return packaged.get(path) if changes.made[path] in changes.installing else None


def _compiled_from(path: str) -> str:
    """The source of a `.pyc` beside it; "" for anything else."""
    match = _BYTE_CODE.fullmatch(path)
    return f"{match[1]}/{match[2]}.py" if match else ""


def _effect(path: str, changes: Changes, by: str) -> bool:
    """Whether the installation of packages wrote it: only where nothing else in its layer may have."""
    layer = changes.made[path]
    if layer in changes.only_installing:
        return path not in changes.written_otherwise and not path.startswith("/usr/local/")
    called = any(place in path and tool in by for place, tool in _TOOLS_BY_HAND)
    named = any(place in by for place in _places(path))
    return layer in changes.installing and package_effect(path) and not (called or named)


def _places(path: str) -> Iterator[str]:
    """A path and the folders above it, but those that all packages share."""
    while path.count("/") > 2 or (path.startswith("/etc/") and path.count("/") == 2):
        yield path
        path = posixpath.dirname(path)


def _removed(tree: ImageTree, packages: Packages, before: Packages, needed: frozenset[str]) -> frozenset[str]:
    """Files of packages that the user's instructions installed and then removed one by one."""
    gone = set()
    for path, owner in packages.owner.items():
        if owner in before.installed or owner not in needed or DOCUMENTATION.fullmatch(path):
            continue
        folder = tree.resolve(posixpath.dirname(path))
        place = posixpath.join(folder, posixpath.basename(path)) if folder else path
        if place not in tree.entries:
            gone.add(place)
    return frozenset(gone)


def _empty_folders(tree: ImageTree, made: Mapping[str, int], reasons: dict[str, Reason]) -> None:
    """A directory goes when everything in it goes, and something was in it."""
    left: dict[str, int] = {}
    gone: dict[str, Reason] = {}
    for path, entry in tree.entries.items():
        parent = posixpath.dirname(path)
        if path not in reasons and entry.type != "dir":
            while parent not in left and parent != "/":
                left[parent] = 1
                parent = posixpath.dirname(parent)
        elif path in reasons:
            gone.setdefault(parent, reasons[path])
    for path in sorted(made, reverse=True):
        if tree.entries[path].type == "dir" and path not in left and path in gone and path not in reasons:
            reasons[path] = gone[path]
            gone.setdefault(posixpath.dirname(path), gone[path])


def _facts(application: Application, packages: Packages, before: Packages) -> tuple[Fact, ...]:
    facts = [
        Fact("container", "starts", " ".join(words), "image", "configuration, consumers and package scripts")
        for words in application.commands
    ]
    facts += [
        Fact(path, "entry point", path, "image", "a command names it") for path in sorted(application.entries)
    ]
    new = sorted(set(packages.installed) - set(before.installed))
    facts += [
        Fact(name, "builds only", packages.installed[name].version, "image", "its name says so")
        for name in new
        if BUILDING.fullmatch(name)
    ]
    return tuple(facts)
