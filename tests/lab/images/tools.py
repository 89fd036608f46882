"""Images that hold a tool or two: uv, the Dockerfile frontend, busybox."""

import shutil
from pathlib import Path

from tests.lab import binaries
from tests.lab.images import fetch
from tests.lab.images.recipe import Recipe

UV = "0.13.9"
FRONTEND = "v0.34.2"


def recipes() -> tuple[Recipe, ...]:
    return (
        Recipe(
            "dockerfile-frontend",
            ("docker/dockerfile:1", "docker/dockerfile:latest"),
            "frontend/Dockerfile",
            prepare=frontend,
            versions=(FRONTEND,),
        ),
        Recipe(
            "uv",
            tuple(f"ghcr.io/astral-sh/uv:{tag}" for tag in ("latest", UV, UV.rpartition(".")[0])),
            "uv/Dockerfile",
            prepare=uv,
            versions=(UV,),
        ),
        Recipe(
            "busybox",
            tuple(f"busybox:{tag}" for tag in ("latest", "1", "1.35", "stable")),
            "busybox/Dockerfile",
            needs=("debian-bookworm-slim",),
        ),
    )


def frontend(context: Path) -> None:
    shutil.copy(binaries.folder() / "dockerfile-frontend", context / "dockerfile-frontend")


def uv(context: Path) -> None:
    # The build for musl is the static one, which runs on every base.
    fetch.python_wheel("uv", UV, context / "wheel", platform="musllinux_1_1_x86_64")
    for program in ("uv", "uvx"):
        (context / f"wheel/uv-{UV}.data/scripts" / program).rename(context / program)
        (context / program).chmod(0o755)
