"""What the tags of the well-known images mean, in one table.

A tag is read as version, release and variant (`22`, `bookworm`, `slim`). Nothing is invented: what the
table does not say has no slim variant, no release and no user.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stagewright.images.reference import Reference

DEBIAN = {"10": "buster", "11": "bullseye", "12": "bookworm", "13": "trixie"}
UBUNTU = {"20.04": "focal", "22.04": "jammy", "24.04": "noble"}
_DEBIAN_NUMBER = {release: number for number, release in DEBIAN.items()}
_RELEASES = frozenset((*DEBIAN.values(), *UBUNTU.values()))
_VERSION = re.compile(r"\d+(?:\.\d+)*")
_FLOATING = ("latest", "lts", "current", "stable", "mainline", "canary")
_DISTROLESS = re.compile(r"gcr\.io/distroless/[a-z0-9]+(?:-debian(\d+))?")


@dataclass(frozen=True, slots=True)
class Tag:
    """The parts of a tag, "" where it does not say them; `other` is what the table has no word for."""

    version: str = ""
    release: str = ""
    slim: bool = False
    alpine: bool = False
    other: str = ""

    @classmethod
    def parse(cls, text: str) -> Tag:
        parts = text.split("-") if text else []
        version = release = ""
        slim = alpine = False
        other: list[str] = []
        for index, part in enumerate(parts):
            if index == 0 and (_VERSION.fullmatch(part) or part in _FLOATING):
                version = "" if part == "latest" else part
            elif part == "debian":
                continue
            elif part in _RELEASES and not release:
                release = part
            elif part == "slim":
                slim = True
            elif part.startswith("alpine"):
                alpine = True
            else:
                other.append(part)
        return cls(version, release, slim, alpine, "-".join(other))


@dataclass(frozen=True, slots=True)
class Family:
    """`slim` gives the reference of the slim sibling of a plain tag.

    `releases` says the release of a tag that names none, by its version; "" is the newest, a key with a
    dot at its end stands for all that begin so. A full version keeps the release of its own day, so only
    families that never changed theirs within a version have such keys.
    """

    slim: Callable[[Tag], str | None] = lambda _: None
    releases: Mapping[str, str] = field(default_factory=dict)
    user: tuple[int, str] | None = None

    def release(self, tag: Tag) -> str | None:
        if tag.alpine:
            return "alpine"
        if tag.release or tag.version in self.releases:
            return tag.release or self.releases[tag.version]
        return self.releases.get(tag.version.partition(".")[0] + ".") if "." in tag.version else None


def _join(name: str, *parts: str) -> str:
    return f"{name}:{'-'.join(part for part in parts if part)}"


def _release_slim(name: str) -> Callable[[Tag], str | None]:
    return lambda tag: _join(name, tag.version, tag.release, "slim")


def _slim_release(name: str) -> Callable[[Tag], str | None]:
    return lambda tag: _join(name, tag.version, "slim", tag.release)


def _debian(tag: Tag) -> str | None:
    return _join("debian", tag.version or tag.release or "stable", "slim")


def _buildpack(tag: Tag) -> str | None:
    if tag.release in DEBIAN.values():
        return f"debian:{tag.release}-slim"
    return f"ubuntu:{tag.release}" if tag.release else None


def _table() -> dict[str, Family]:
    moving_python = {f"3.{minor}": "trixie" for minor in range(9, 16)}
    go = {f"1.{minor}": "trixie" for minor in range(24, 28)}
    node = dict.fromkeys(("", "lts", "18", "20", "22", "24", "22.", "24."), "bookworm")
    debian = {"": "trixie", "stable": "trixie"} | DEBIAN | {f"{n}.": name for n, name in DEBIAN.items()}
    return {
        "node": Family(_release_slim("node"), node, (1000, "node")),
        "python": Family(_slim_release("python"), {"": "trixie", "3": "trixie"} | moving_python),
        "oven/bun": Family(_release_slim("oven/bun"), user=(1000, "bun")),
        "golang": Family(releases={"": "trixie", "1": "trixie"} | go),
        "rust": Family(_slim_release("rust")),
        "ruby": Family(_slim_release("ruby")),
        "perl": Family(_slim_release("perl")),
        "elixir": Family(_release_slim("elixir")),
        "erlang": Family(_release_slim("erlang")),
        "debian": Family(_debian, debian),
        "ubuntu": Family(releases=UBUNTU),
        "buildpack-deps": Family(_buildpack),
        "php": Family(user=(33, "www-data")),
        "nginx": Family(user=(101, "nginx")),
        "nginxinc/nginx-unprivileged": Family(user=(101, "nginx")),
        "denoland/deno": Family(user=(1993, "deno")),
        "mcr.microsoft.com/dotnet/aspnet": Family(user=(1654, "app")),
        "mcr.microsoft.com/dotnet/runtime": Family(user=(1654, "app")),
        "alpine": Family(releases={"": "alpine", "3": "alpine", "3.": "alpine"}),
    }


FAMILIES = _table()
# Tags of these that are neither slim nor Alpine's hold compilers that no program of theirs needs to run.
_COMPILED = ("golang", "rust")


def slim_variant(ref: str) -> str | None:
    """The smallest existing base of the same family, version and release; None where none is known.

    None too for a tag that is slim or Alpine's already, a base in a variable, and one by digest.
    """
    read = _read(ref)
    if read is None:
        return None
    name, tag = read
    if name == "eclipse-temurin":
        return _java_runtime(name, ref)
    if name not in FAMILIES or tag.slim or tag.alpine:
        return None
    if tag.other and not (name == "buildpack-deps" and tag.other in ("curl", "scm")):
        dated = name == "debian" and re.fullmatch(r"\d{8}", tag.other)
        return f"debian:{tag.release}-{tag.other}-slim" if dated and tag.release else None
    return FAMILIES[name].slim(tag)


def runtime_base(ref: str, static: bool, alpine: str = "") -> str | None:
    """What a program that `ref` (golang, rust) compiled runs on; `static`: it needs no shared library.

    The release is the builder's, as a dynamic program needs the same C library; `alpine` is its version
    there (`3.22`), which few tags say.
    """
    read = _read(ref)
    if read is None or read[0] not in _COMPILED:
        return None
    found = release(ref)
    if static:
        number = _DEBIAN_NUMBER.get(found or "", "12")
        return f"gcr.io/distroless/static-debian{number if number in ('12', '13') else '12'}"
    if found == "alpine":
        return f"alpine:{alpine}" if re.fullmatch(r"3\.\d+", alpine) else None
    return f"debian:{found}-slim" if found in _DEBIAN_NUMBER else None


def release(ref: str) -> str | None:
    """The distribution's release (`bookworm`, `trixie`, `noble`, `alpine`), None where it is not known."""
    read = _read(ref)
    if read is None:
        return None
    name, tag = read
    if distroless := _DISTROLESS.fullmatch(name):
        return DEBIAN.get(distroless[1] or "")
    if name in FAMILIES:
        return FAMILIES[name].release(tag)
    return "alpine" if tag.alpine else tag.release or None


def default_user(ref: str) -> tuple[int, str] | None:
    """The unprivileged user that the image brings, by number and name, whether or not it starts as it."""
    read = _read(ref)
    if read is None:
        return None
    name, _ = read
    if _DISTROLESS.fullmatch(name):
        return 65532, "nonroot"
    return FAMILIES[name].user if name in FAMILIES else None


def _read(ref: str) -> tuple[str, Tag] | None:
    try:
        reference = Reference.parse(ref)
    except ValueError:
        return None
    if reference.digest:
        return None
    return reference.name, Tag.parse(reference.tag)


def _java_runtime(name: str, ref: str) -> str | None:
    """A tag without `jdk` or `jre` is a JDK's."""
    tag = Reference.parse(ref).tag
    if "jre" in tag or "alpine" in tag or not _VERSION.match(tag):
        return None
    version, _, rest = tag.partition("-")
    return _join(name, version, "jre", rest.removeprefix("jdk").removeprefix("-"))
