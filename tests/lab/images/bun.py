"""The official Bun images."""

from pathlib import Path

from tests.lab import machine
from tests.lab.images import fetch
from tests.lab.images.recipe import Recipe

VERSION = "1.4.5"


def recipes() -> tuple[Recipe, ...]:
    return (
        bun("bun-slim", "debian:bookworm-slim", ("1-slim", f"{VERSION}-slim", "slim")),
        bun("bun", "debian:bookworm", ("1", VERSION, "latest", "1-debian", f"{VERSION}-debian", "debian")),
    )


def bun(name: str, base: str, tags: tuple[str, ...]) -> Recipe:
    return Recipe(
        name,
        tuple(f"oven/bun:{tag}" for tag in tags),
        "bun/Dockerfile",
        arguments=(("BASE", base),),
        prepare=prepare,
        versions=(VERSION,),
        needs=(base.replace(":", "-"),),
    )


def prepare(context: Path) -> None:
    # The official image takes the baseline build as well, which needs no AVX2.
    fetch.npm_package("@oven/bun-linux-x64-baseline", VERSION, context / "package")
    (context / "package/bin/bun").chmod(0o755)
    settings(context)


def settings(context: Path) -> None:
    """Bun brings its own list of authorities and reads one more from the user's bunfig."""
    bunfig = f'[install]\ncafile = "{machine.IMAGE_CA}"\n' if machine.own_certificates() else ""
    (context / "bunfig.toml").write_text(bunfig, encoding="utf-8")
