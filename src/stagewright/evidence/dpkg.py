"""Debian packages of an image: what is installed and who owns which path."""

from __future__ import annotations

import re
from collections.abc import Iterable

from stagewright.evidence.packages import Package, Packages, Read, owner_by_path, place_of
from stagewright.model.image import ImageFiles

_STATUS = "/var/lib/dpkg/status"
_STATUS_FOLDER = "/var/lib/dpkg/status.d/"
_INFO = "/var/lib/dpkg/info/"


def read(files: ImageFiles, contents_of: Read) -> Packages | None:
    """Read dpkg's database; None for an image without one."""
    lists = {}
    wanted = [_STATUS] if _STATUS in files.entries else []
    for path in files.entries:
        if path.startswith(_INFO) and path.endswith(".list"):
            lists[path] = path.removeprefix(_INFO).removesuffix(".list").partition(":")[0]
        elif path.startswith(_STATUS_FOLDER) and not path.endswith(".md5sums"):
            wanted.append(path)
    if not wanted:
        return None
    contents = contents_of([*wanted, *lists])
    installed: dict[str, Package] = {}
    # The last status of a package and the first list of a path count: the same content again says no more.
    for content in dict.fromkeys(contents.get(path, b"") for path in reversed(wanted)):
        for package in reversed(_stanzas(content.decode("utf-8", "replace"))):
            installed.setdefault(package.name, package)
    named: dict[bytes, str] = {}
    for path, name in sorted(lists.items()):
        named.setdefault(contents.get(path, b""), name)
    listed = (
        ("", line, name)
        for content, name in named.items()
        for line in content.decode("utf-8", "replace").splitlines()
        if line != "/."
    )
    owner = owner_by_path(listed, place_of(files))
    return Packages(dict(sorted(installed.items())), owner, "dpkg")


def _stanzas(text: str) -> list[Package]:
    packages = []
    for stanza in text.split("\n\n"):
        parts: dict[str, list[str]] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1] in (" ", "\t"):
                parts.setdefault(name, []).append(line)
            else:
                name, _, value = line.partition(":")
                parts[name] = [value.strip()]
        fields = {name: "".join(lines) for name, lines in parts.items()}
        status = fields.get("Status", "install ok installed")
        if "Package" in fields and status.endswith(" installed"):
            depends = f"{fields.get('Pre-Depends', '')},{fields.get('Depends', '')}".split(",")
            packages.append(
                Package(
                    fields["Package"],
                    fields.get("Version", ""),
                    _names(part.partition("|")[0] for part in depends),
                    _names(re.split(r"[,|]", fields.get("Recommends", ""))),
                    frozenset(_names(part.partition("|")[0] for part in depends if "|" in part)),
                )
            )
    return packages


def _names(parts: Iterable[str]) -> tuple[str, ...]:
    names = (part.split("(")[0].split(":")[0].strip() for part in parts)
    return tuple(name for name in names if name)
