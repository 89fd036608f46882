"""The official Go images; every Go is a module that the go command itself can fetch."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.lab import binaries
from tests.lab.commands import run
from tests.lab.images.recipe import Recipe
from tests.lab.paths import CACHE

VERSIONS = {"1.26": "1.26.11", "1.25": "1.25.14", "1.24": "1.24.13"}
LATEST = "1.26"
DEFAULT_RELEASE = "trixie"
SETTINGS = ("GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GONOPROXY")


def recipes() -> tuple[Recipe, ...]:
    return tuple(golang(minor, release) for minor in VERSIONS for release in ("bookworm", "trixie"))


def golang(minor: str, release: str) -> Recipe:
    names = names_of(minor)
    tags = [f"golang:{name}-{release}" for name in names if name != "latest"]
    tags += [f"golang:{name}" for name in names if release == DEFAULT_RELEASE]
    return Recipe(
        f"golang-{minor}-{release}",
        tuple(tags),
        "golang/Dockerfile",
        arguments=(("RELEASE", release), ("GOLANG_VERSION", VERSIONS[minor])),
        prepare=distribution(VERSIONS[minor]),
        versions=(VERSIONS[minor],),
        needs=(f"buildpack-deps-{release}-scm",),
    )


def names_of(minor: str) -> list[str]:
    return [minor, VERSIONS[minor], *(["1", "latest"] if minor == LATEST else [])]


def distribution(version: str) -> Callable[[Path], None]:
    def prepare(context: Path) -> None:
        module = f"golang.org/toolchain@v0.0.1-go{version}.linux-amd64"
        env = {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOMODCACHE": str(CACHE / "gomod")}
        go = binaries.find_go()
        found = json.loads(run([go, "mod", "download", "-json", module], cwd=context, env=env, attempts=3))
        local = context / "local/go"
        shutil.copytree(found["Dir"], local, symlinks=True)
        for path in [local, *local.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        settings = json.loads(run([go, "env", "-json", *SETTINGS]))
        lines = [f"{name}={settings[name]}\n" for name in SETTINGS if settings[name]]
        with (local / "go.env").open("a", encoding="utf-8") as file:
            file.writelines(lines)

    return prepare
