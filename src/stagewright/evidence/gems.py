"""Gems: which are installed, by the specifications that RubyGems writes, and the files of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

SPECIFICATION = re.compile(r"(.*)/specifications/([^/]+)\.gemspec")
# The second line of what an installation writes: name, version, platform, folders of code.
_STUB = re.compile(rb"^# stub: (\S+) (\S+) (\S+) ", re.M)
_HEAD = 4096
_PLACE = re.compile(
    r"(?=/(?:gems|doc|extensions/[^/]+/[^/]+)/([^/]+)/"
    r"|/(?:specifications|cache|build_info)/([^/]+)\.(?:gemspec|gem|info)\Z)"
)


@dataclass(frozen=True, slots=True)
class Gem:
    """`home` has the folders `gems` and `specifications`, `full` is the name with version and platform."""

    name: str
    version: str
    home: str
    full: str


def read_gems(specifications: Mapping[str, bytes]) -> dict[tuple[str, str], Gem]:
    """The gems of specifications by path; by home and full name. What does not name itself is left out."""
    found: dict[tuple[str, str], Gem] = {}
    for path, content in specifications.items():
        place, stub = SPECIFICATION.fullmatch(path), _STUB.search(content[:_HEAD])
        if not place or not stub:
            continue
        name, version, platform = (one.decode("utf-8", "replace") for one in stub.groups())
        full = f"{name}-{version}" if platform == "ruby" else f"{name}-{version}-{platform}"
        if full == place[2] and full.isprintable():
            found[place[1], full] = Gem(name, version, place[1], full)
    return found


def gem_of(path: str, gems: Mapping[tuple[str, str], Gem]) -> Gem | None:
    """The gem that a file belongs to: its own folder, its documentation, what was compiled for it."""
    for match in _PLACE.finditer(path) if gems else ():
        if gem := gems.get((path[: match.start()], match[1] or match[2])):
            return gem
    return None
