"""What the user's instructions did to their base."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stagewright.errors import StagewrightError
from stagewright.evidence.tree import ImageTree
from stagewright.model.image import Manager

_INSTALLS: Mapping[Manager, re.Pattern[str]] = {
    "dpkg": re.compile(r"\b(?:apt-get|apt|aptitude)\b[^&|;]*\binstall\b"),
    "apk": re.compile(r"\bapk\b[^&|;]*\sadd\b"),
    "rpm": re.compile(r"\b(?:dnf|microdnf|yum|tdnf)\b[^&|;]*\s(?:group)?install\b"),
}
_ONLY = re.compile(
    r"(?:(?:apt-get|apt|aptitude|apk|dnf|microdnf|yum|tdnf)\s|dpkg --add-architecture\s|set -"
    r"|export DEBIAN_FRONTEND|true$|:$"
    r"|rm -[rf]+ (?:\s*/(?:var/lib/apt/lists|var/cache/(?:apt|apk|dnf|yum)|tmp|var/tmp)(?:/\S*)?)+$)"
)
# A redirection, or an installation below another root.
_WRITES = re.compile(r"[>|`]|\$\(|<<|\s(?:--root|--installroot|-p)\b")

# The engine lays its own over these when a container starts.
_SHADOWED = frozenset(
    ("/dev", "/proc", "/sys", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/.dockerenv", "/etc/mtab")
)


def is_shadowed(path: str) -> bool:
    """Whether a running container has the engine's own there; a RUN leaves the places behind, empty."""
    return path in _SHADOWED or path.startswith(("/dev/", "/proc/", "/sys/"))


class ForeignBase(StagewrightError):
    """The image does not stand on the layers of what its FROM names."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the base.

    `first`: index of the user's first layer; `made`: path → layer index; `deleted`: the base's paths that are
    gone; `installing`: layers that install distribution packages; `only_installing`: those that do nothing
    else; `written_otherwise`: paths that any other layer of the user's wrote too, were it before.
    """

    first: int
    made: Mapping[str, int]
    deleted: frozenset[str]
    installing: frozenset[int]
    only_installing: frozenset[int]
    written_otherwise: frozenset[str]


def changes_of(original: ImageTree, base: ImageTree | None, manager: Manager) -> Changes:
    """`manager` is the original's whose notes can be read: without notes no layer is an installation's.

    Raises ForeignBase where the layers do not agree: then nothing can be told apart.
    """
    below = [layer.digest for layer in base.layers] if base else []
    if [layer.digest for layer in original.layers[: len(below)]] != below:
        raise ForeignBase(
            "the built image does not stand on the base that was read",
            "The base's tag moved while this ran; run the command again.",
        )
    first = len(below)
    before = base.entries if base else {}
    made = {
        path: entry.layer
        for path, entry in original.entries.items()
        if entry.layer >= first
        and not is_shadowed(path)
        and not (entry.type == "dir" and path in before and _same(entry, before[path]))
    }
    installs = _INSTALLS.get(manager)
    installing = {
        layer.index for layer in original.layers[first:] if installs and installs.search(layer.created_by)
    }
    only = {index for index in installing if _only_installs(original.layers[index].created_by)}
    deleted = frozenset(path for path in before if path not in original.entries)
    others = (layer for layer in original.layers[first:] if layer.index not in only)
    otherwise = frozenset[str]().union(*(layer.added | layer.changed for layer in others))
    return Changes(first, made, deleted, frozenset(installing), frozenset(only), otherwise)


def _same(entry: object, other: object) -> bool:
    return all(
        getattr(entry, name) == getattr(other, name) for name in ("type", "mode", "uid", "gid", "xattrs")
    )


def _only_installs(created_by: str) -> bool:
    text = re.sub(r"^(?:RUN\s+)?(?:(?:\|\d+ .*?)?/bin/sh -c )?|\s*# buildkit$", "", created_by.strip())
    text = re.sub(r"\|\|\s*true\b", "", text)
    parts = [part.strip() for part in re.split(r"&&|;|\n", text) if part.strip()]
    return not _WRITES.search(text) and all(_ONLY.match(part) for part in parts)
