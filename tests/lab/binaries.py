"""The engine's programs: built from one Go module whose versions are pinned, kept by its hash."""

import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path

from tests.lab import go, packages
from tests.lab.commands import LabError, run, say
from tests.lab.paths import CACHE, CLIENT_CONFIG, HERE, TEMPORARY

MODULE = HERE / "engine"
HOME = CACHE / "engine-current"
TAGS = "seccomp no_btrfs"
# Built from modules, the programs do not know their versions.
VERSION_VARIABLES = {
    "github.com/moby/moby/v2": "dockerversion.Version",
    "github.com/docker/buildx": "version.Version",
}
FRONTEND = "github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend"
PROGRAMS = ("buildx", "containerd", "containerd-shim-runc-v2", "docker-proxy", "dockerd", "runc")
BUILD_PACKAGES = {
    "gcc": "gcc",
    "libc6-dev": "/usr/include/stdio.h",
    "libseccomp-dev": "/usr/include/seccomp.h",
    "pkg-config": "pkg-config",
}
UNPACKED_CLIENT = CACHE / "docker-cli/usr/bin/docker"


def ensure() -> Path:
    """Return the folder with the engine's programs; build it when this module was never built here."""
    wanted = folder()
    if not wanted.exists():
        build(wanted)
    ensure_init(wanted)
    return wanted


def folder() -> Path:
    return HOME / module_hash()


def module_hash() -> str:
    digest = hashlib.sha256(f"{TAGS} {link_flags()}".encode())
    for name in ("go.mod", "go.sum"):
        digest.update((MODULE / name).read_bytes())
    return digest.hexdigest()[:12]


def link_flags() -> str:
    requirements = (MODULE / "go.mod").read_text(encoding="utf-8")
    flags = ["-s", "-w"]
    for module, variable in VERSION_VARIABLES.items():
        found = re.search(rf"^\s*{re.escape(module)} (v\S+)", requirements, re.MULTILINE)
        if found is None:
            raise LabError(f"{MODULE / 'go.mod'} does not require {module}")
        flags += ["-X", f"{module}/{variable}={found[1].removeprefix('v')}"]
    return " ".join(flags)


def build(wanted: Path) -> None:
    packages.ensure(BUILD_PACKAGES)
    program = go.find()
    say("building the engine (about four minutes)")
    # Renamed at the end: an interrupted build leaves nothing that looks whole.
    with tempfile.TemporaryDirectory(dir=TEMPORARY, prefix="bin-building-") as temporary:
        output = Path(temporary) / "bin"
        output.mkdir()
        env = {"GOTOOLCHAIN": "auto", "GOFLAGS": "-mod=readonly -buildvcs=false"}
        run([program, "mod", "download"], cwd=MODULE, env=env, attempts=3)
        flags = ["-tags", TAGS, "-ldflags", link_flags()]
        run([program, "build", *flags, "-o", output, "tool"], cwd=MODULE, env=env)
        # With cgo it would need a dynamic linker, which an image FROM scratch does not have.
        static = {**env, "CGO_ENABLED": "0"}
        run([program, "build", "-o", output, FRONTEND], cwd=MODULE, env=static)
        for program in PROGRAMS:
            if not (output / program).exists():
                raise LabError(f"the build gave no {program}")
        wanted.parent.mkdir(exist_ok=True)
        output.rename(wanted)


def ensure_init(programs: Path) -> None:
    """`docker run --init` needs a tini, which Debian has."""
    if not (programs / "docker-init").exists():
        root = CACHE / "tini"
        unpack_debian("tini", root)
        (root / "usr/bin/tini-static").rename(programs / "docker-init")
        shutil.rmtree(root)


def ensure_client(programs: Path) -> Path:
    """Return the Docker client, set up with buildx as its plug-in and with no credentials."""
    plugin = CLIENT_CONFIG / "cli-plugins" / "docker-buildx"
    plugin.parent.mkdir(parents=True, exist_ok=True)
    config = CLIENT_CONFIG / "config.json"
    if not config.exists():
        config.write_text("{}\n", encoding="utf-8")
    if not plugin.is_symlink() or plugin.readlink() != programs / "buildx":
        fresh = plugin.with_name(f".docker-buildx-{os.getpid()}")
        fresh.symlink_to(programs / "buildx")
        fresh.replace(plugin)
    found = shutil.which("docker")
    if found:
        return Path(found)
    return client_from_debian()


def client_from_debian() -> Path:
    """Debian's client, unpacked and not installed: its package would start a daemon."""
    client = UNPACKED_CLIENT
    if not client.exists():
        packages.refresh()
        known = run(["apt-cache", "search", "--names-only", "^docker-cli$"])
        package = "docker-cli" if known.strip() else "docker.io"
        unpack_debian(package, CACHE / "docker-cli")
    return client


def unpack_debian(package: str, folder: Path) -> None:
    """Unpack a Debian package into `folder` without installing it."""
    say(f"unpacking Debian's {package}")
    packages.refresh()
    with tempfile.TemporaryDirectory(dir=TEMPORARY, prefix="debian-unpacking-") as temporary:
        os.chmod(temporary, 0o755)  # noqa: S103, PTH101 - apt downloads as a user of its own
        run(["apt-get", "download", package], cwd=Path(temporary), attempts=3)
        (archive,) = Path(temporary).glob("*.deb")
        run(["dpkg-deb", "-x", archive, Path(temporary) / "root"])
        shutil.rmtree(folder, ignore_errors=True)
        (Path(temporary) / "root").rename(folder)
