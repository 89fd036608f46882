"""The official Go images; every Go is a module that the go command itself can fetch."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.lab import go
from tests.lab.commands import run
from tests.lab.images.recipe import Recipe
from tests.lab.paths import CACHE

VERSIONS = {"1.26": "1.26.11", "1.25": "1.25.14"}
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
        program = go.find()
        found = json.loads(
            run([program, "mod", "download", "-json", module], cwd=context, env=env, attempts=3)
        )
        local = context / "local/go"
        shutil.copytree(found["Dir"], local, symlinks=True)
        prepare_distribution(local)
        settings = json.loads(run([program, "env", "-json", *SETTINGS]))
        defaults = (local / "go.env").read_text(encoding="utf-8")
        lines = [f"{name}={value}\n" for name, value in sorted(settings.items()) if value]
        own = "".join(line for line in lines if line not in defaults)
        (local / "go.env").write_text(defaults + own, encoding="utf-8")

    return prepare


def prepare_distribution(local: Path) -> None:
    """Do what the go command does with a tool chain that it has fetched.

    A module's files have no mode of their own, and it can hold no go.mod below its root.
    """
    programs = {*(local / "bin").rglob("*"), *(local / "pkg/tool").rglob("*")}
    for path in [local, *local.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path in programs else 0o644)
    for path in [*local.rglob("_go.mod")]:
        path.rename(path.with_name("go.mod"))
