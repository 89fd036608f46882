"""Where each file of the new image comes from, and why each file of the original that is gone may be gone."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from stagewright.evidence.changes import is_shadowed
from stagewright.evidence.packages import NO_PACKAGES, Packages
from stagewright.model.design import Allowance
from stagewright.model.fact import UNSHOWN, Reason
from stagewright.model.image import Entry
from stagewright.model.proof import Accounting, Unexplained
from stagewright.proof import accounts, byte_code, installer_state, loader_cache
from stagewright.proof.allowances import Allowed
from stagewright.proof.files import Files, describe, differences

ReasonFor = Callable[[str], Reason | None]
ORIGINAL, BASE, PACKAGES, STATE, BYTE_CODE, ENGINE, ON_THE_WAY = (
    *("the original", "its base", "packages of its release"),
    *("installer state", "byte code", "the engine", "WORKDIR and COPY"),
)
# They lie there so that an empty directory is there.
_KEEPERS = frozenset((".gitkeep", ".keep", ".gitignore", ".placeholder"))
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - paths of an image
# Reasons for what a smaller base never brought.
_NOT_TAKEN = ("base", "package", UNSHOWN)
_DOCUMENTATION = re.compile(r"/usr/share/(?:doc|man|info|locale|lintian)(?:/|$)")


@dataclass(frozen=True)
class Ledger:
    """Both sides with their bases (None: scratch, or not known) and what is known of them.

    `packages` are those of the new image, `packages_before` the original's. `installing` holds the indexes
    of the new image's layers that do nothing but install packages, `installing_before` of the original's that
    install any. `same_release`: both bases are of one
    system and release, and carry the same versions of their tool chains. `another_server`: another program
    serves, as a hardening declares, so that the base's own programs may be of another release. `as_root`:
    whoever starts the new image does so as root.
    """

    before: Files
    after: Files
    before_base: Files | None
    after_base: Files | None
    reason_for: ReasonFor
    packages: Packages = NO_PACKAGES
    packages_before: Packages = NO_PACKAGES
    installing: frozenset[int] = frozenset()
    installing_before: frozenset[int] = frozenset()
    same_release: bool = True
    another_server: bool = False
    as_root: bool = False
    allows: Sequence[Allowance] = ()
    noise: frozenset[str] = frozenset()

    @cached_property
    def own_packages(self) -> frozenset[str]:
        """The packages of which the original's own layers have a file."""
        first = len(self.before_base.layers) if self.before_base else 0
        owned = ((self.before.entries.get(path), name) for path, name in self.packages_before.owner.items())
        return frozenset(
            name for entry, name in owned if entry and entry.layer >= first and entry.type != "dir"
        )


@dataclass(slots=True)
class _Books:
    sources: dict[str, list[int]] = field(default_factory=dict)
    left_behind: dict[str, list[int]] = field(default_factory=dict)
    unexplained: list[Unexplained] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)

    def enter(self, books: dict[str, list[int]], name: str, entry: Entry) -> None:
        count = books.setdefault(name, [0, 0])
        count[0] += 1
        count[1] += entry.size


def account(ledger: Ledger) -> Accounting:
    """Judge every path on both sides."""
    books = _Books()
    allowed = Allowed(ledger.allows)
    contents = _Contents(ledger)
    for path, entry in ledger.after.entries.items():
        source = _source(ledger, allowed, contents, path, entry, books)
        if source:
            books.enter(books.sources, source, entry)
    _missing(ledger, allowed, books)
    _versions(ledger, books)
    for library in loader_cache.lost(ledger.before, ledger.after):
        detail = f"{library} is there, and the loader's cache does not lead to it: run ldconfig"
        books.unexplained.append(Unexplained(loader_cache.PATH, "content", detail))
    return Accounting(
        sources=_counted(books.sources),
        left_behind=_counted(books.left_behind),
        unexplained=tuple(sorted(books.unexplained, key=lambda item: (item.path, item.what))),
        masked=tuple(sorted(books.masked)),
    )


def _source(
    ledger: Ledger, allowed: Allowed, contents: _Contents, path: str, entry: Entry, books: _Books
) -> str:
    """The origin of one path; "" where it has none, and then the books say so."""
    old = ledger.before.entries.get(path)
    own = ledger.after_base.entries.get(path) if ledger.after_base else None
    changes = (
        differences(old, entry) if old else ("returned" if entry.layer in ledger.installing else "added",)
    )
    if not changes:
        return BASE if own and not differences(own, entry) else ORIGINAL
    if is_shadowed(path):
        return ENGINE
    if _from_base(ledger, path, old, entry, own):
        return BASE
    if _from_package(ledger, path, old, entry):
        return PACKAGES
    if changes == ("mode",) and old is not None and _made_on_the_way(ledger, path, old, entry):
        return ON_THE_WAY
    if installer_state.is_note(path) and not _lends_rights(entry):
        return STATE
    content_alone = old is not None and changes == ("content",)
    if content_alone and accounts.is_accounts(path):
        if by := contents.accounts(path, allowed.by("changed", path)):
            return by
    elif by := _declared(allowed, path, old, entry, changes):
        return by
    if contents.is_byte_code(path, entry) and (old is None or content_alone):
        return BYTE_CODE
    if content_alone and contents.is_remainder(path):
        return STATE
    if content_alone and path in ledger.noise:
        books.masked.append(path)
        return ORIGINAL
    for what in changes:
        detail = describe(what, old, entry) if old else _why_added(ledger, what, own, entry)
        books.unexplained.append(Unexplained(path, what, detail))
    return ""


def _from_base(ledger: Ledger, path: str, old: Entry | None, entry: Entry, own: Entry | None) -> bool:
    """Its own base explains a path that no instruction of the user changed or deleted in the original.

    One that was changed may be as before, where the change itself is something to do without.
    """
    if own is None or differences(own, entry):
        return False
    before_base = ledger.before_base.entries.get(path) if ledger.before_base else None
    if old is None:
        return before_base is None
    if before_base is None:
        return False
    if differences(before_base, old):
        return not differences(before_base, own) and ledger.reason_for(path) is not None
    return ledger.same_release or ledger.another_server or path not in ledger.after.elf


def _from_package(ledger: Ledger, path: str, old: Entry | None, entry: Entry) -> bool:
    """A package put it there; the original has it from the same one, or has no such package."""
    if entry.layer not in ledger.installing or not ledger.same_release:
        return False
    owner = ledger.packages.owner.get(path)
    if old is None:
        # What the original's own installation gave too, and it has no more, was taken away on purpose.
        new = ledger.packages.installed.keys() - ledger.packages_before.installed.keys()
        return bool(_DOCUMENTATION.match(path)) or (owner in new if owner else bool(new))
    before_base = ledger.before_base.entries.get(path) if ledger.before_base else None
    if before_base is None or differences(before_base, old):
        return False
    if owner is None or ledger.packages_before.owner.get(path) != owner:
        return False
    return _version(ledger.packages, owner) == _version(ledger.packages_before, owner)


def _made_on_the_way(ledger: Ledger, path: str, old: Entry, entry: Entry) -> bool:
    """A folder of the old base that the new one lacks, as WORKDIR and COPY make one above their own.

    Its mode says nothing to a program that runs as root; to temporary files others write, too.
    """
    base = ledger.before_base.entries.get(path) if ledger.before_base else None
    return (
        entry.type == "dir"
        and (entry.uid, entry.gid, entry.mode & 0o7777) == (0, 0, 0o755)
        and base is not None
        and not differences(base, old)
        and path not in _TEMPORARY
        and (ledger.after_base is None or path not in ledger.after_base.entries)
        and ledger.as_root
    )


def _version(packages: Packages, name: str) -> str:
    return packages.installed[name].version if name in packages.installed else ""


def _declared(allowed: Allowed, path: str, old: Entry | None, entry: Entry, changes: tuple[str, ...]) -> str:
    """What declares the difference; a program that takes on another user's rights never changes its owner."""
    if old is None:
        return allowed.by("added", path)
    by = allowed.by("owner", path) if changes == ("owner",) and not _lends_rights(entry) else ""
    return by or allowed.by("changed", path)


def _lends_rights(entry: Entry) -> bool:
    return entry.type == "file" and bool(entry.mode & 0o6000)


def _why_added(ledger: Ledger, what: str, own: Entry | None, entry: Entry) -> str:
    if what == "returned":
        return "an installation gives it, and the original has it no more"
    if own is not None and not differences(own, entry):
        return "the new base has it, and an instruction of the original removed it"
    same = (
        next((old.path for old in ledger.before.entries.values() if old.digest == entry.digest), "")
        if entry.digest and entry.size
        else ""
    )
    return f"the original has the same content at {same}" if same else "the original has no such path"


def _missing(ledger: Ledger, allowed: Allowed, books: _Books) -> None:
    entries = ledger.before.entries
    gone = [path for path in entries if path not in ledger.after.entries]
    explained_below: Counter[str] = Counter()
    # What lies below comes first: a directory is gone when all that it held is.
    for path in reversed(gone):
        entry = entries[path]
        reason = _left(ledger, allowed, path, entry, explained_below)
        if reason:
            books.enter(books.left_behind, reason, entry)
            if posixpath.basename(path) not in _KEEPERS:
                explained_below[posixpath.dirname(path)] += 1
        else:
            books.unexplained.append(Unexplained(path, "missing", _what_it_is(entry)))


def _left(ledger: Ledger, allowed: Allowed, path: str, entry: Entry, explained_below: Counter[str]) -> str:
    if is_shadowed(path):
        return ENGINE
    if by := allowed.by("missing", path):
        return by
    reason = ledger.reason_for(path)
    if reason and not (
        (reason.kind in _NOT_TAKEN and _was_taken_away(ledger, path))
        or (reason.kind == "package" and _is_written_again(ledger, path))
    ):
        return reason.kind
    if installer_state.is_note(path):
        return STATE
    if entry.type == "dir" and explained_below[path]:
        return "directories whose content is gone"
    source = byte_code.source_of(path)
    if source in ledger.before.entries and (source in ledger.after.entries or ledger.reason_for(source)):
        return BYTE_CODE
    return ""


def _was_taken_away(ledger: Ledger, path: str) -> bool:
    """Whether the new base or one of its layers has it: then that it is lacking is an instruction's doing."""
    has = ledger.after_base is not None and path in ledger.after_base.entries
    had = has or any(path in layer.deleted for layer in ledger.after.layers)
    return had and not _DOCUMENTATION.match(path)


def _is_written_again(ledger: Ledger, path: str) -> bool:
    """Whether an installation wrote it of which the new image has all packages: those write it there, too."""
    own = ledger.own_packages
    return bool(own) and own <= ledger.packages.installed.keys() and path not in ledger.packages_before.owner


def _what_it_is(entry: Entry) -> str:
    return f"{entry.size} bytes" if entry.type == "file" else entry.type


def _versions(ledger: Ledger, books: _Books) -> None:
    """A package that both sides have is of one version, unless each has it from its own base."""
    if not ledger.same_release:
        return
    for name, package in ledger.packages.installed.items():
        other = ledger.packages_before.installed.get(name)
        if other is None or other.version == package.version:
            continue
        if any(entry.layer in ledger.installing for entry in _owned(ledger, name)):
            detail = f"{other.version} → {package.version}"
            books.unexplained.append(Unexplained(f"package {name}", "version", detail))


def _owned(ledger: Ledger, name: str) -> Iterable[Entry]:
    owned = (path for path, owner in ledger.packages.owner.items() if owner == name)
    found = (ledger.after.entries.get(path) for path in owned)
    return (entry for entry in found if entry is not None and entry.type == "file")


def _counted(books: dict[str, list[int]]) -> dict[str, tuple[int, int]]:
    return {name: (count, size) for name, (count, size) in sorted(books.items())}


class _Contents:
    """The judgements that need the contents of both sides, which are read at once and only when asked."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read: tuple[dict[str, bytes], dict[str, bytes]] | None = None

    def is_byte_code(self, path: str, entry: Entry) -> bool:
        """Whether it is byte code of a source that both have: compiled once more, or where there was none.

        Of what was not there before no more is told than that its header names that source's size.
        """
        source = byte_code.source_of(path)
        here, there = (side.entries.get(source) for side in (self._ledger.before, self._ledger.after))
        if entry.type != "file" or not source or here is None or there is None or here.digest != there.digest:
            return False
        before, after = self._contents()
        old, new = before.get(path), after.get(path, b"")
        return (
            byte_code.belongs_to(new, there.size) if old is None else byte_code.recompiled(old, new, source)
        )

    def is_remainder(self, path: str) -> bool:
        """Whether it is an installer's note with nothing but lines left out."""
        if not installer_state.compared_by_content(path):
            return False
        before, after = self._contents()
        return path in before and path in after and installer_state.remains(path, before[path], after[path])

    def accounts(self, path: str, declared: str) -> str:
        """What explains the new lines, and that lines are gone; "" where somebody is missing or new."""
        ledger = self._ledger
        sides = (ledger.before, ledger.before_base, ledger.after, ledger.after_base)
        before, before_base, after, after_base = (
            side.read_many([path]).get(path, b"") if side else b"" for side in sides
        )
        first = len(ledger.before_base.layers) if ledger.before_base else 0
        touching = [
            layer.index
            for layer in ledger.before.layers[first:]
            if path in layer.added or path in layer.changed
        ]
        by_packages = bool(touching) and ledger.installing_before.issuperset(touching)
        made = before
        if by_packages or ledger.reason_for(path):
            made = accounts.by_hand(before, (ledger.before.layers[index].created_by for index in touching))
        if not accounts.remain(before, after, made=made, before_base=before_base, after_base=after_base):
            return ""
        return declared if accounts.gained(before, after, after_base) else STATE

    def _contents(self) -> tuple[dict[str, bytes], dict[str, bytes]]:
        if self._read is None:
            before, after = self._ledger.before, self._ledger.after
            wanted = [
                path
                for path, entry in after.entries.items()
                if entry.type == "file"
                and (byte_code.source_of(path) or installer_state.compared_by_content(path))
                and (path not in before.entries or before.entries[path].digest != entry.digest)
            ]
            self._read = (
                before.read_many(path for path in wanted if path in before.entries),
                after.read_many(wanted),
            )
        return self._read
