"""The official Python images: CPython compiled into /usr/local from Debian's copy of the source."""

from pathlib import Path

from tests.lab import machine
from tests.lab.images.recipe import Recipe

# The release that the name without one means comes first; Debian's source decides the patch level.
VERSIONS = {"3.11": ("3.11.2", "bookworm"), "3.13": ("3.13.5", "trixie")}
LATEST = "3.13"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def recipes() -> tuple[Recipe, ...]:
    return tuple(recipe for minor in VERSIONS for recipe in minor_recipes(minor))


def minor_recipes(minor: str) -> tuple[Recipe, ...]:
    version, release = VERSIONS[minor]
    names = [minor, version, *(["3", "latest"] if minor == LATEST else [])]
    builder = Recipe(
        f"python-{minor}-build",
        (f"stagewright-lab/python-build:{minor}",),
        "python/Dockerfile.build",
        arguments=(("RELEASE", release), ("MINOR", minor), ("PYTHON_VERSION", version)),
        needs=(f"buildpack-deps-{release}",),
    )
    return builder, *(
        Recipe(
            f"python-{minor}{suffix}",
            tuple(f"python:{tag}" for tag in tags_of(names, release, suffix)),
            f"python/Dockerfile{suffix}",
            arguments=(("RELEASE", release), ("MINOR", minor), ("PYTHON_VERSION", version)),
            prepare=settings,
            needs=(base, builder.name),
        )
        for suffix, base in (("-slim", f"debian-{release}-slim"), ("", f"buildpack-deps-{release}"))
    )


def tags_of(names: list[str], release: str, suffix: str) -> list[str]:
    tags = [f"{name}{suffix}" for name in names if not (suffix and name == "latest")]
    return tags + [f"{name}{suffix}-{release}" for name in names if name != "latest"]


def settings(context: Path) -> None:
    """pip and uv bring lists of authorities of their own: both are told to take the image's."""
    etc = context / "etc"
    (etc / "uv").mkdir(parents=True)
    if machine.own_certificates():
        (etc / "pip.conf").write_text(f"[global]\ncert = {BUNDLE}\n", encoding="utf-8")
        (etc / "uv/uv.toml").write_text("system-certs = true\n", encoding="utf-8")
