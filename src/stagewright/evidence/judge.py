"""One judge for design and proof: what of a built image production needs, and what may go, with reasons."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from stagewright.evidence import code, fonts, libraries, mime_types, network_names, start
from stagewright.evidence.application import Application, is_shell, understand
from stagewright.evidence.application import reasons as application_reasons
from stagewright.evidence.asked import BUILDING, read_instructions, recommended, staying
from stagewright.evidence.caches import package_effect, reason_by_place
from stagewright.evidence.changes import Changes, changes_of
from stagewright.evidence.golang import go_reasons
from stagewright.evidence.installed import read_packages
from stagewright.evidence.optional_calls import is_optional
from stagewright.evidence.packages import NO_PACKAGES, Packages
from stagewright.evidence.packages_of_node import NodePackages, read_node_packages
from stagewright.evidence.python_env import read_python_packages
from stagewright.evidence.tree import ImageTree
from stagewright.model.evidence import Evidence
from stagewright.model.fact import Fact, Need, Reason
from stagewright.model.project import Project

_READ_FILES = 40_000
_DOCUMENTATION = re.compile(r"/usr/share/(?:doc|man|info|locale|lintian|bug|gtk-doc|doc-base)(?:/.*)?")
_CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
# Tables that standard libraries open by themselves, and what is asked of them.
_TABLES = (
    (mime_types.tables, "MIME types"),
    (network_names.tables, "the names of ports and protocols"),
)
_DATA = {"ca-certificates": _CA_BUNDLE, "tzdata": "/usr/share/zoneinfo"}
# Where a program of a base lies that is needed with all that lies beside it.
_HOME = re.compile(
    r"/opt/[^/]+|/usr/local/lib/node_modules/(?:@[^/]+/)?[^/]+|/usr/local/(?:go|cargo|rustup)(?=/)"
)
_TLS = re.compile(r".*/lib(?:ssl|gnutls|nss3)\.so[.\d]*")
_ZONES = re.compile(r"zoneinfo|LoadLocation|pytz|dateutil\.tz|TZ=")
_OWN_AUTHORITIES = "/usr/local/share/ca-certificates/"
_TOOLS_BY_HAND = (("/etc/ssl/", "update-ca-certificates"), ("/etc/alternatives/", "update-alternatives"))
_BYTE_CODE = re.compile(r"(.*)/__pycache__/([^/.]+)\.[^/]+\.pyc")
_TK = re.compile(r"\b(?:tkinter|turtle|TkAgg|customtkinter)\b")
_OF_THE_SYSTEM = re.compile(r"/(?:usr|opt|etc/ssl)/[^/]+/")
# A folder of data that is named is needed with all that it holds.
_SHARED = re.compile(r"/usr/share/[^/]+")
_LOADERS_OF_YARN = frozenset((".pnp.cjs", ".pnp.js"))
_NONE: Mapping[str, str] = {}
_DEPENDENCIES = re.compile(r"/(?:node_modules|site-packages|dist-packages|vendor|pkg/mod)/")


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
    node = read_node_packages(original, changes.made, application)
    reasons: dict[str, Reason] = {}
    programs = application.programs | application.calls
    named = application.told
    # Yarn's own loader reads the packages where Yarn keeps them.
    if any(path.rpartition("/")[2] in _LOADERS_OF_YARN for path in changes.made):
        programs |= {"yarn"}
    own_authorities = any(path.startswith(_OWN_AUTHORITIES) for path in changes.made)
    for path in changes.made:
        by = original.layers[changes.made[path]].created_by
        if reason := reason_by_place(
            path, original.entries[path].type, programs=programs, by=by, named=named
        ):
            reasons[path] = reason
        elif owner := _installed_owner(path, changes, packaged):
            reasons[path] = Reason("package", f"{owner}: nothing that stays needs it")
        elif (source := _compiled_from(path)) in original.entries and source not in changes.made:
            reasons[path] = Reason("byte code", "of a source of the base, which any run compiles anew")
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
    needs = _Needs(original, changes, packages, before, packaged, reasons, application, node, aside is None)
    needs.gather({**dict.fromkeys(observed_paths, "seen open or mapped in a run"), **missed})
    provided = set()
    for path in needs.files:
        reason = reasons.pop(path, None)
        configured = path.startswith("/etc/") and changes.made.get(path) not in changes.only_installing
        if reason and reason.kind == "package" and not configured:
            provided.add(path)
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
        facts=tuple(needs.facts) + _facts(application, packages, before),
        provided=frozenset(provided),
        removed=_removed(original, packages, before, needs.with_dependencies()),
    )


@dataclass
class _Needs:
    """What must be there besides the user's own files: found by following what stays."""

    tree: ImageTree
    changes: Changes
    database: Packages
    before: Packages
    packaged: Mapping[str, str]
    reasons: Mapping[str, Reason]
    application: Application
    node: NodePackages
    as_asked: bool
    packages: dict[str, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    loose: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)

    def gather(self, seen: Mapping[str, str]) -> None:
        """`seen`: path → how it was seen to be needed."""
        kept = [path for path in self.changes.made if path not in self.reasons]
        for words in self.application.commands:
            self._program(words[0], f"the start calls {words[0]}")
        for path in kept:
            if name := start.interpreter(self.tree.shebangs.get(path, "")):
                self._program(name, f"{path} names it in its first line")
        for path, why in seen.items():
            self._file(path, why)
            if path in self.tree.entries and self.tree.entries[path].type == "link":
                self._links(path, why)
        self._set()
        self._called(kept)
        self._opened_by_programs(kept)
        folders = libraries.search_path(self.tree.files, self._loader_settings())
        if self.as_asked:
            self._asked()
        roots = [path for path in (*kept, *self.files) if path in self.tree.elf]
        self._libraries(roots, folders)
        self._data()
        self._fonts(kept)
        self._package_files()

    def with_dependencies(self) -> frozenset[str]:
        """The needed packages and all that they depend on; of data packages, only themselves."""
        programs = (self.database.closure(name) for name in self.packages if name not in _DATA)
        return frozenset(self.packages).union(*programs)

    def asked_for(self) -> dict[str, str]:
        """The needed packages that no other needed one brings along, where a choice is left to apt."""
        surely = (self.database.closure(name, surely=True) for name in self.packages)
        chosen = sorted(self.with_dependencies().difference(*surely))
        needed = self.packages | dict.fromkeys(chosen, "of what would do, the original has this")
        closures = {name: self.database.closure(name, surely=True) for name in needed}
        brought = {
            name
            for other, closure in closures.items()
            for name in closure & needed.keys()
            if name != other and other not in closures[name]
        }
        return {name: why for name, why in needed.items() if name not in brought}

    def _program(self, name: str, why: str) -> None:
        place = start.program_place(name, self.tree) if name else None
        if place and (path := self.tree.resolve(place)):
            self._file(path, why)
            self._links(place, why)
            inner = start.interpreter(self.tree.shebangs.get(path, ""))
            if inner and inner.rpartition("/")[2] != name.rpartition("/")[2]:
                self._program(inner, f"{path} names it in its first line")

    def _links(self, place: str, why: str) -> None:
        """The links that lead to a program have owners of their own: `python3` has, and so has `awk`."""
        for link in self.tree.links(place):
            if link.count("/") == 1:  # /bin of a merged system
                continue
            if (owner := self.packaged.get(link)) and owner not in self.packages:
                self._need(owner, why)
            elif not owner and link not in self.changes.made:
                self.files.add(link)
                self.loose.setdefault(link, why)

    def _file(self, path: str, why: str) -> None:
        target = self.tree.resolve(path)
        entry = self.tree.entries.get(target) if target else None
        if target is None or entry is None or entry.type != "file":
            return
        if target in self.changes.made and target not in self.reasons:
            return
        if target in self.files:
            return
        self.files.add(target)
        owner = self.packaged.get(target)
        if owner:
            if owner not in self.packages:
                self._need(owner, why, target)
        elif target not in self.changes.made:
            self.loose.setdefault(target, why)
            self._interpreter(target)
            if home := _HOME.match(target):
                self.files.update(one.path for one in self.tree.under(home[0]) if one.type != "dir")

    def _interpreter(self, path: str) -> None:
        """A Python outside any package brings its standard library along."""
        if match := re.fullmatch(r"(/usr/local)/bin/(python3\.\d+)", path):
            home = f"{match[1]}/lib/{match[2]}"
            skip = re.compile(
                rf"{re.escape(home)}/(?:site-packages|test|idlelib|tkinter|turtledemo|ensurepip|config-[^/]*|.*__pycache__|.*/tests?)(?:/.*)?"
            )
            if not any(_TK.search(text) for text in self.application.live.values()):
                skip = re.compile(rf"{skip.pattern}|{re.escape(home)}/lib-dynload/_tkinter\..*")
            self.files.update(
                entry.path
                for entry in self.tree.under(home)
                if entry.type == "file"
                and not skip.fullmatch(entry.path)
                and entry.path not in self.changes.made
            )

    def _asked(self) -> None:
        texts = (layer.created_by for layer in self.tree.layers if layer.index >= self.changes.first)
        instructions = read_instructions(texts)
        for name in staying(instructions, self.database.owner, frozenset(self.words)):
            self._package(
                name, "the user's instructions ask for it, and nothing says that only the build uses it"
            )
        for name, more in instructions.asked.items():
            if more and name in self.packages:
                for other, by in recommended(name, self.database, self.before).items():
                    self._package(other, f"{by} recommends it, and the user's instructions install that, too")

    def _package(self, name: str, why: str) -> None:
        if name in self.database.installed and name not in self.packages:
            self._need(name, why)

    def _set(self) -> None:
        """Files that a variable names: a library to preload, a configuration, a bundle of certificates."""
        for name, value in self.tree.config.env:
            for word in re.split(r"[:\s]+", value):
                if word.startswith("/"):
                    self._file(word, f"the variable {name} names it")
                elif code.is_library(word):
                    self._library(word, f"the variable {name} names it")

    def _called(self, kept: list[str]) -> None:
        texts = dict(self.application.live)
        # What the start is not seen to lead to may be loaded by a computed name; the application's own first.
        others = [
            path
            for path in kept
            if path not in texts
            and code.SCRIPT.match(path)
            and self.tree.entries[path].type == "file"
            and self.tree.entries[path].size <= code.MAX_BYTES
        ]
        scripts = [path for path in kept if path in self.tree.shebangs and path not in texts]
        others.sort(key=lambda path: (_DEPENDENCIES.search(path) is not None, path))
        contents = self.tree.read_many([*others[:_READ_FILES], *scripts])
        texts |= {path: data.decode("utf-8", "replace") for path, data in contents.items()}
        own = {path for path in texts if not _DEPENDENCIES.search(path)}
        calling = any(code.starts_processes(texts[path]) for path in own)
        for path, text in sorted(texts.items()):
            words = code.words(text) if path in own or code.starts_processes(text) else frozenset[str]()
            self.words |= {word for word in words if not is_optional(path, word)}
            named = words if calling and path in own else frozenset[str]()
            for name in sorted(code.programs(text) | named):
                if not is_optional(path, name):
                    self._program(name, f"{path} calls it by name")
            self._opened(text, path)
        for name in sorted(self.application.calls):
            self._program(name, "scripts, settings or code call it")
        self._shells({path: text for path, text in texts.items() if is_shell(path, self.tree)})
        self._named_outright()
        self._tables(texts)

    def _tables(self, texts: Mapping[str, str]) -> None:
        compiled = [path for path in self.application.entries if self._is_go(path)]
        contents = self.tree.read_many(compiled)
        programs = {path: contents.get(path) for path in compiled}
        for read, what in _TABLES:
            for table, who in read(texts, self.application.commands, programs).items():
                self._table(table, f"{who} asks for {what}")

    def _table(self, path: str, why: str) -> None:
        """One file is copied from the base; the package that the user installed for it is installed."""
        if path in self.changes.made:
            self._file(path, why)
        elif path in self.tree.entries:
            self.files.add(path)
            self.loose.setdefault(path, why)

    def _fonts(self, kept: list[str]) -> None:
        """All fonts where something reads them, else those that the user asked for by name."""
        who = fonts.reader((*self.files, *kept), self.application.live)
        found = {
            entry.path: self.packaged.get(entry.path, "")
            for folder in fonts.FOLDERS
            for entry in self.tree.under(folder)
            if entry.type == "file"
        }
        asked = {owner for owner in set(found.values()) if owner and self._asked_for(owner)}
        for path, owner in found.items():
            if who or owner in asked:
                self._file(path, f"{who} reads fonts" if who else "the user's instructions install the font")
        if who or asked:
            self._file(fonts.SETTINGS, "it tells where fonts are")

    def _shells(self, scripts: Mapping[str, str]) -> None:
        own = {path for path in scripts if not _DEPENDENCIES.search(path)}
        calling = any(code.runs_computed_commands(scripts[path]) for path in own)
        for path, text in sorted(scripts.items()):
            computed = calling and path in own
            for words in start.commands_in(text):
                self._program(words[0], f"{path} calls it")
                if computed or code.HANDING_ON.fullmatch(words[0].rpartition("/")[2]):
                    for word in {part for one in words[1:] for part in one.split()}:
                        self._program(word, f"{path} may call it")
            for name in code.assigned(text) if computed else ():
                self._program(name, f"{path} may call it")

    def _named_outright(self) -> None:
        """Files of the system that the code, settings or the environment name by their whole path."""
        for literal in sorted(self.application.told):
            if not _OF_THE_SYSTEM.match(literal) or _DOCUMENTATION.fullmatch(literal):
                continue
            place = self.tree.resolve(literal)
            if place is None:
                continue
            below = _SHARED.match(place) and self.tree.entries[place].type == "dir"
            for path in [one.path for one in self.tree.under(place)] if below else [place]:
                self._file(path, f"the application names {literal}")

    def _opened_by_programs(self, kept: Iterable[str]) -> None:
        for path in kept:
            head = self.tree.elf.get(path)
            # The C library in a static program names libraries that it can do without.
            for name in head.opens if head and head.needed else ():
                self._library(name, f"{path} opens {name} by name")

    def _opened(self, text: str, by: str) -> None:
        stems = code.library_stems(text)
        there = self._libraries_by_stem
        meant = stems.whole & there.keys()
        if stems.begun:
            meant |= {stem for stem in there if stem.startswith(stems.begun)}
        for path in (path for stem in sorted(meant) for path in there[stem]):
            self._file(path, f"{by} may open it by name")
        for name in sorted(code.opened_libraries(text)):
            self._library(name, f"{by} opens {name} by name")
        for name in sorted(stems.links):
            for path in (one for one in self._development_links if one.endswith("/" + name)):
                self._package(self.packaged.get(path, ""), f"{by} opens {name} by that very name")

    def _library(self, name: str, why: str) -> None:
        """A library by its file name, with or without its version."""
        form = re.compile(rf"{re.escape(name)}(?:\.[\d.]+)?")
        for path in self._libraries_by_stem.get(name.removeprefix("lib").partition(".so")[0], ()):
            if form.fullmatch(posixpath.basename(path)):
                self._file(path, why)

    @cached_property
    def _libraries_by_stem(self) -> Mapping[str, list[str]]:
        """`z` → where `libz.so` and its versions lie."""
        found: dict[str, list[str]] = {}
        for path in self.tree.elf:
            if match := re.fullmatch(r".*/lib([^/]+?)\.so(?:\.[\d.]+)?", path):
                found.setdefault(match[1], []).append(path)
        return found

    @cached_property
    def _development_links(self) -> frozenset[str]:
        """Links without a version, which packages for development have."""
        return frozenset(
            path
            for path, entry in self.tree.entries.items()
            if entry.type == "link" and path.endswith(".so") and path in self.packaged
        )

    def _libraries(self, roots: list[str], folders: tuple[str, ...]) -> None:
        found, missing = libraries.closure(roots, self.tree.elf, folders, self.tree.resolve)
        for path, by in sorted(found.items()):
            self._file(path, f"{by} is linked with it")
        for name, by in sorted(missing.items()):
            self.facts.append(Fact(name, "library that is not there", by, "image", f"{by} is linked with it"))

    def _data(self) -> None:
        """What is opened late and by no literal: certificates, time zones."""
        linked = any(_TLS.fullmatch(path) for path in self.files)
        go = any(self._is_go(path) for path in self.application.entries)
        texts = "\n".join(self.application.live.values())
        asked = {name for name in _DATA if name in self.packages or self._asked_for(name)}
        if (linked or go or "ca-certificates" in asked) and self.tree.resolve(_CA_BUNDLE):
            self._data_package("ca-certificates", "programs that speak TLS read its certificates")
        if (go or "tzdata" in asked or _ZONES.search(texts)) and "tzdata" in self.database.installed:
            self._data_package("tzdata", "the code may load time zones")

    def _is_go(self, path: str) -> bool:
        return path in self.tree.elf and path in self.changes.made and path not in self.packaged

    def _asked_for(self, name: str) -> bool:
        return any(
            re.search(rf"\b(?:install|add)\b[^&|;]*\s{re.escape(name)}(?:\s|=|$)", layer.created_by)
            for layer in self.tree.layers
            if layer.index in self.changes.installing
        )

    def _data_package(self, name: str, why: str) -> None:
        """Data is needed for itself, without what the package's own scripts depend on."""
        if name in self.database.installed:
            place = _DATA[name]
            below = [entry.path for entry in self.tree.under(place) if entry.type != "dir"]
            self.files.update(below or [place])
            self._need(name, why)

    def _need(self, name: str, why: str, value: str = "") -> None:
        self.packages.setdefault(name, why)
        self.facts.append(Fact(name, "needed package", value or name, "image", why))

    def _package_files(self) -> None:
        """A needed package is needed whole, with what it depends on; documentation apart."""
        needed = self.with_dependencies() - _DATA.keys()
        for path, owner in self.packaged.items():
            entry = self.tree.entries[path]
            if owner in needed and entry.type != "dir" and not _DOCUMENTATION.fullmatch(path):
                self.files.add(path)

    def _loader_settings(self) -> Mapping[str, bytes]:
        names = [path for path in self.tree.entries if path.startswith("/etc/ld.so.conf")]
        return self.tree.read_many(names)


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
    return layer in changes.installing and package_effect(path) and not called


def _removed(tree: ImageTree, packages: Packages, before: Packages, needed: frozenset[str]) -> frozenset[str]:
    """Files of packages that the user's instructions installed and then removed one by one."""
    gone = set()
    for path, owner in packages.owner.items():
        if owner in before.installed or owner not in needed or _DOCUMENTATION.fullmatch(path):
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
