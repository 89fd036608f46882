"""What is opened late, and by no name that code has: certificates, time zones, tables, fonts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stagewright.evidence import fonts, mime_types, network_names
from stagewright.evidence.needed import CA_BUNDLE, DATA, Needed

# Tables that standard libraries open by themselves, and what is asked of them.
_TABLES = (
    (mime_types.tables, "MIME types"),
    (network_names.tables, "the names of ports and protocols"),
)
_NAMED_BY_STATIC = {
    b"/tmp": ("/tmp",),  # noqa: S108 - a path of the image
    b"/etc/passwd": ("/etc/passwd", "/etc/group"),
}
_LOADS_ZONES = b"time.LoadLocation"
_TLS = re.compile(r".*/lib(?:ssl|gnutls|nss3)\.so[.\d]*")
# Node is told so to trust the system's certificates in the place of its own.
_AUTHORITIES = re.compile(r"--use-(?:openssl|system)-ca\b|\bNODE_USE_SYSTEM_CA\b")
# Go looks here where the system has no zones.
_ZONES_OF_GO = "/usr/local/go/lib/time/zoneinfo.zip"
_WITH_ZONES = frozenset(
    {"docker-entrypoint.sh", "node", "npm", "npx", "yarn", "pnpm", "bun", "bunx", "deno", "java"}
)
_ZONES = re.compile(r"zoneinfo|LoadLocation|pytz|dateutil\.tz|TZ=")


def data(needs: Needed) -> None:
    """What is opened late and by no literal: certificates, time zones."""
    linked = any(_TLS.fullmatch(path) for path in needs.files)
    go = any(_is_go(needs, path) for path in needs.application.entries)
    texts = "\n".join(needs.application.live.values())
    told = (*(" ".join(words) for words in needs.application.commands), *map("=".join, needs.tree.config.env))
    trusting = any(map(_AUTHORITIES.search, (*told, texts)))
    asked = {name for name in DATA if name in needs.packages or _asked_for(needs, name)}
    if (linked or go or trusting or "ca-certificates" in asked) and needs.tree.resolve(CA_BUNDLE):
        _data_package(needs, "ca-certificates", "programs that speak TLS read its certificates")
    zoned = any(name == "TZ" and value for name, value in needs.tree.config.env) and not _brings_zones(needs)
    if (go or "tzdata" in asked or zoned or _ZONES.search(texts)) and "tzdata" in needs.database.installed:
        _data_package(
            needs, "tzdata", "the variable TZ names one" if zoned else "the code may load time zones"
        )


def _brings_zones(needs: Needed) -> bool:
    """Whether all that starts has time zones of its own."""
    return needs.application.programs <= _WITH_ZONES


def _data_package(needs: Needed, name: str, why: str) -> None:
    """Data is needed for itself, without what the package's own scripts depend on."""
    if name in needs.database.installed:
        place = DATA[name]
        below = [entry.path for entry in needs.tree.under(place) if entry.type != "dir"]
        needs.files.update(below or [place])
        needs.need(name, why)


def tables(needs: Needed, texts: Mapping[str, str]) -> None:
    """Tables that the standard libraries of what is started, or of `texts`, open by themselves."""
    compiled = [path for path in needs.application.entries if _is_go(needs, path)]
    contents = needs.tree.read_many(compiled)
    programs = {path: contents.get(path) for path in compiled}
    if needs.tree.resolve(DATA["tzdata"]) is None:
        for path in (one for one, content in programs.items() if content is None or _LOADS_ZONES in content):
            _table(needs, _ZONES_OF_GO, f"{path} may load time zones")
    _places(needs, programs)
    for read, what in _TABLES:
        for table, who in read(texts, needs.application.commands, programs).items():
            _table(needs, table, f"{who} asks for {what}")


def _places(needs: Needed, programs: Mapping[str, bytes | None]) -> None:
    """Where a static program, which any base can carry, keeps its files and looks up its users."""
    for path, content in programs.items():
        if needs.tree.elf[path].needed:
            continue
        for literal, places in _NAMED_BY_STATIC.items():
            if content is None or literal in content:
                needs.files.update(place for place in places if place in needs.tree.entries)


def _table(needs: Needed, path: str, why: str) -> None:
    """One file is copied from the base; the package that the user installed for it is installed."""
    if path in needs.changes.made:
        needs.file(path, why)
    elif path in needs.tree.entries:
        needs.files.add(path)
        needs.loose.setdefault(path, why)


def all_fonts(needs: Needed, kept: list[str]) -> None:
    """All fonts where something reads them, else those that the user asked for by name."""
    who = fonts.reader((*needs.files, *kept), needs.application.live)
    found = {
        entry.path: needs.packaged.get(entry.path, "")
        for folder in fonts.FOLDERS
        for entry in needs.tree.under(folder)
        if entry.type == "file"
    }
    asked = {owner for owner in set(found.values()) if owner and _asked_for(needs, owner)}
    for path, owner in found.items():
        if who or owner in asked:
            needs.file(path, f"{who} reads fonts" if who else "the user's instructions install the font")
    if who or asked:
        needs.file(fonts.SETTINGS, "it tells where fonts are")


def _asked_for(needs: Needed, name: str) -> bool:
    return any(
        re.search(rf"\b(?:install|add)\b[^&|;]*\s{re.escape(name)}(?:\s|=|$)", layer.created_by)
        for layer in needs.tree.layers
        if layer.index in needs.changes.installing
    )


def _is_go(needs: Needed, path: str) -> bool:
    return path in needs.tree.elf and path in needs.changes.made and path not in needs.packaged
