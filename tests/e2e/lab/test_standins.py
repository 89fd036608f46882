"""Each stand-in is what its official image is, as far as the lab's page says so."""

import json
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e.lab.conftest import Docker

pytestmark = pytest.mark.engine

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
COMPILER = ("gcc", "g++", "make", "git", "curl")
SH = ["/bin/sh"]


@dataclass(frozen=True, slots=True)
class Standin:
    image: str
    command: list[str] | None
    entrypoint: list[str] | None = None
    user: str = ""
    directory: str = ""
    env: dict[str, str] = field(default_factory=dict)
    has: tuple[str, ...] = ()
    """Programs on the PATH."""
    lacks: tuple[str, ...] = ()
    """Programs, or absolute paths."""
    says: dict[str, str] = field(default_factory=dict)
    """Shell commands, and a regular expression that their output matches."""


BUN_PATH = f"{SYSTEM_PATH}:/usr/local/bun-node-fallback-bin"
BUN: dict[str, Any] = {
    "command": ["/usr/local/bin/bun"],
    "entrypoint": ["/usr/local/bin/docker-entrypoint.sh"],
    "directory": "/home/bun/app",
    "env": {"PATH": BUN_PATH, "BUN_INSTALL_BIN": "/usr/local/bin", "BUN_RUNTIME_TRANSPILER_CACHE_PATH": "0"},
    "says": {
        "id bun": r"uid=1000\(bun\) gid=1000\(bun\)",
        "bun -e 'console.log(6 * 7)'": "42",
        "readlink -f $(command -v node)": "/usr/local/bin/bun",
    },
}
NODE: dict[str, Any] = {"command": ["node"], "entrypoint": ["docker-entrypoint.sh"]}
NODE_SAYS = {
    "id node": r"uid=1000\(node\) gid=1000\(node\)",
    "yarn --version": r"1\.22\.22",
    "corepack --version": r"0\.",
    "test -f /usr/local/include/node/node.h && echo headers": "headers",
}
PYTHON_SAYS = {
    "python -c 'import sys; print(sys.prefix)'": "/usr/local",
    "python -m pip --version": r"pip \d",
    "python -c 'import ssl, sqlite3, ctypes, bz2, lzma, zlib, readline, uuid, dbm.gnu; print(1)'": "1",
    "readlink -f $(command -v pip)": r"/usr/local/bin/pip3(\.\d+)?",
    "test -s /etc/ssl/certs/ca-certificates.crt && echo trusts": "trusts",
}
GO: dict[str, Any] = {
    "directory": "/go",
    "env": {"GOTOOLCHAIN": "local", "GOPATH": "/go", "PATH": f"/go/bin:/usr/local/go/bin:{SYSTEM_PATH}"},
}
SLIM_SAYS = {"find /var/lib/apt/lists -type f -size +0 | wc -l": "0", "ls /usr/share/man | wc -l": "0"}
NO_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"

STANDINS = (
    Standin(
        "debian:bookworm",
        ["bash"],
        lacks=("curl", NO_CERTIFICATES),
        says={"cat /etc/debian_version": r"12\."},
    ),
    Standin(
        "debian:bookworm-slim",
        ["bash"],
        has=("apt-get",),
        lacks=("curl", "openssl", "perldoc", NO_CERTIFICATES),
        says=SLIM_SAYS,
    ),
    Standin(
        "debian:trixie-slim",
        ["bash"],
        lacks=("curl", NO_CERTIFICATES),
        says={**SLIM_SAYS, "cat /etc/debian_version": r"13\."},
    ),
    Standin("ubuntu:24.04", ["/bin/bash"], says={"id ubuntu": "uid=1000"}),
    Standin("buildpack-deps:bookworm", ["bash"], has=(*COMPILER, "hg", "svn", "python3", "convert")),
    Standin("oven/bun:1", has=("bunx",), lacks=("curl", "git", NO_CERTIFICATES), **BUN),
    Standin("oven/bun:1-slim", has=("bunx",), lacks=("curl", "git", NO_CERTIFICATES), **BUN),
    Standin("node:22", has=(*COMPILER, "python3"), says={**NODE_SAYS, "node -v": r"v22\."}, **NODE),
    Standin(
        "node:22-slim",
        has=("npm", "npx"),
        lacks=("curl", "git", "python3", "gcc", NO_CERTIFICATES),
        says={**NODE_SAYS, "node -v": r"v22\."},
        **NODE,
    ),
    Standin("node:20-slim", lacks=("curl",), says={**NODE_SAYS, "node -v": r"v20\."}, **NODE),
    Standin("node:24", has=COMPILER, says={**NODE_SAYS, "node -v": r"v24\."}, **NODE),
    Standin("node:24-bookworm-slim", lacks=("curl",), says={**NODE_SAYS, "node -v": r"v24\."}, **NODE),
    Standin(
        "python:3.11",
        ["python3"],
        env={"PATH": SYSTEM_PATH.replace("/usr/local/sbin", "/usr/local/bin:/usr/local/sbin")},
        has=COMPILER,
        says={**PYTHON_SAYS, "python -V": r"Python 3\.11"},
    ),
    Standin(
        "python:3.11-slim-bookworm",
        ["python3"],
        has=("pip3", "pydoc", "python-config"),
        lacks=("gcc", "curl", "git"),
        says={**PYTHON_SAYS, "python -V": r"Python 3\.11", "cat /etc/debian_version": r"12\."},
    ),
    Standin("python:3.13", ["python3"], has=COMPILER, says={**PYTHON_SAYS, "python -V": r"Python 3\.13"}),
    Standin(
        "python:3.13-slim",
        ["python3"],
        lacks=("gcc", "curl", "git"),
        says={**PYTHON_SAYS, "python -V": r"Python 3\.13", "cat /etc/debian_version": r"13\."},
    ),
    Standin("golang:1.26", ["bash"], has=COMPILER, says={"go version": r"go1\.26"}, **GO),
    Standin("golang:1.25-bookworm", ["bash"], has=COMPILER, says={"go version": r"go1\.25"}, **GO),
    Standin("golang:1.26-alpine", SH, lacks=("gcc", "bash"), says={"go version": r"go1\.26"}, **GO),
    Standin(
        "nginx:stable",
        ["nginx", "-g", "daemon off;"],
        ["/docker-entrypoint.sh"],
        has=("curl", "envsubst"),
        says={
            "id nginx": r"uid=101\(nginx\) gid=101\(nginx\)",
            "nginx -t 2>&1": "successful",
            "cat /etc/nginx/conf.d/default.conf": r"root\s+/usr/share/nginx/html",
        },
    ),
    Standin(
        "nginxinc/nginx-unprivileged:stable",
        ["nginx", "-g", "daemon off;"],
        ["/docker-entrypoint.sh"],
        user="101",
        says={"id -u": "101", "nginx -t 2>&1": "successful", "grep listen /etc/nginx/conf.d/*": r"8080;"},
    ),
    Standin(
        "nginx:alpine",
        ["nginx", "-g", "daemon off;"],
        ["/docker-entrypoint.sh"],
        has=("envsubst", "wget"),
        lacks=("bash", "/lib64/ld-linux-x86-64.so.2"),
        says={
            "nginx -t 2>&1": "successful",
            "echo 'a${X}b$Y${Z}' | X=1 Z=3 envsubst '${X} ${Z} '": r"^a1b\$Y3$",
        },
    ),
    Standin("busybox:latest", ["sh"], has=("wget", "nc"), lacks=("bash",)),
    Standin(
        "alpine:3",
        SH,
        has=("adduser", "addgroup", "wget"),
        lacks=("bash", "curl", "/lib64/ld-linux-x86-64.so.2"),
        says={
            "cat /etc/alpine-release": r"3\.",
            "adduser -S -D web && addgroup -S ops && addgroup web ops && id web": r"\(web\).*ops",
            "test -s /etc/ssl/cert.pem && echo trusts": "trusts",
        },
    ),
    Standin("node:24-alpine", lacks=("bash", "gcc"), says={**NODE_SAYS, "node -v": r"v24\."}, **NODE),
    Standin("node:22-alpine", lacks=("bash", "gcc"), says={**NODE_SAYS, "node -v": r"v22\."}, **NODE),
    Standin("oven/bun:1-alpine", has=("bunx",), lacks=("bash", "curl"), **BUN),
)


@pytest.mark.parametrize("standin", STANDINS, ids=lambda standin: standin.image)
def test_a_standin_is_what_its_official_image_is(standin: Standin, docker: Docker) -> None:
    config = inspect(docker, standin.image)["Config"]
    assert config["Cmd"] == standin.command
    assert config.get("Entrypoint") == standin.entrypoint
    assert config.get("User", "") == standin.user
    assert config.get("WorkingDir", "") in {standin.directory, standin.directory or "/"}
    env = dict(line.split("=", 1) for line in config["Env"])
    assert {name: env.get(name) for name in standin.env} == standin.env
    assert not [name for name in env if "CERT" in name or "PROXY" in name.upper()]
    answers = ask(docker, standin)
    for program in standin.has:
        assert answers[f"command -v {program}"], f"{program} is not there"
    for thing in standin.lacks:
        assert not answers[probe_for(thing)], f"{thing} is there"
    for command, pattern in standin.says.items():
        assert re.search(pattern, answers[command]), f"{command}: {answers[command]!r}"


def probe_for(thing: str) -> str:
    return f"ls {thing}" if thing.startswith("/") else f"command -v {thing}"


def ask(docker: Docker, standin: Standin) -> dict[str, str]:
    """Run all the shell commands in one container; the output of each."""
    commands = [f"command -v {program}" for program in standin.has]
    commands += [*map(probe_for, standin.lacks), *standin.says]
    lines = [f"printf '\\036%s\\037' {shlex.quote(line)}; ({line}) 2>/dev/null" for line in commands]
    script = "\n".join([*lines, "true"])
    output = docker("run", "--rm", "--network=none", "--entrypoint=sh", standin.image, "-c", script)
    records = (record.split("\x1f", 1) for record in output.split("\x1e")[1:])
    return {command: answer.strip() for command, answer in records}


def inspect(docker: Docker, image: str) -> Any:
    return json.loads(docker("image", "inspect", image))[0]


@pytest.mark.parametrize(
    ("image", "has", "lacks"),
    [
        ("static", ("etc/ssl/certs/ca-certificates.crt", "usr/share/zoneinfo/Europe/Paris"), ("libc.so.6",)),
        ("base", ("libc.so.6", "libssl.so.3"), ("libstdc++.so.6",)),
        ("cc", ("libc.so.6", "libstdc++.so.6", "libgcc_s.so.1"), ()),
    ],
)
@pytest.mark.parametrize("release", ["debian12", "debian13"])
@pytest.mark.parametrize(
    ("tag", "user", "home"), [("latest", "0", "/"), ("nonroot", "65532", "/home/nonroot")]
)
def test_distroless(
    image: str,
    has: tuple[str, ...],
    lacks: tuple[str, ...],
    release: str,
    tag: str,
    user: str,
    home: str,
    docker: Docker,
) -> None:
    reference = f"gcr.io/distroless/{image}-{release}:{tag}"
    config = inspect(docker, reference)["Config"]
    assert (config["User"], config["WorkingDir"]) == (user, home)
    assert "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt" in config["Env"]
    names = files(docker, reference)
    assert {"etc/passwd", "etc/nsswitch.conf", "home/nonroot/", "tmp/"} <= names
    for thing in has:
        assert any(name.endswith(thing) for name in names), thing
    for thing in (*lacks, "bin/sh", "bin/bash", "bin/busybox", "bin/dpkg"):
        assert not any(name.endswith(f"/{thing}") for name in names), thing


def files(docker: Docker, image: str) -> set[str]:
    """Paths in an image that has no program to list them."""
    container = docker("create", image, "/none").strip()
    try:
        docker("export", "-o", f"/tmp/{container}.tar", container)
        listing = subprocess.run(
            ["tar", "-tf", f"/tmp/{container}.tar"], capture_output=True, text=True, check=True
        )
        return set(listing.stdout.splitlines())
    finally:
        docker("rm", container)


@pytest.mark.parametrize(
    ("image", "command"),
    [
        (
            "debian:bookworm-slim",
            "apt-get update -qq && apt-get install -y -qq --no-install-recommends netbase",
        ),
        (
            "debian:trixie-slim",
            "apt-get update -qq && apt-get install -y -qq --no-install-recommends netbase",
        ),
        ("node:22-slim", "npm install ms && yarn add is-number && corepack pnpm@9 --version"),
        ("node:24-alpine", "npm install ms"),
        ("oven/bun:1-slim", "bun add ms"),
        ("oven/bun:1-alpine", "bun add ms"),
        ("python:3.11-slim", "pip install six"),
        ("python:3.13-slim", "pip install six uv && uv pip install --system idna"),
        ("golang:1.26", "go mod init example && go get golang.org/x/text"),
        ("golang:1.26-alpine", "go mod init example && go get golang.org/x/text"),
    ],
)
def test_package_managers_reach_their_registries(image: str, command: str, docker: Docker) -> None:
    docker("run", "--rm", "--entrypoint=sh", "--workdir=/tmp/work", image, "-c", command)
