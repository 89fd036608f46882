"""The oracle: BuildKit's own packages, asked through a small Go program that is built once and kept."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.lab import go

SOURCE = Path(__file__).parent / "oracle"
SHARED = Path(__file__).parents[2] / ".." / "shared"


@functools.cache
def _binary() -> Path:
    cache = (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stagewright-lab" / "oracle-bin"
    )
    digest = hashlib.sha256(
        b"".join((SOURCE / name).read_bytes() for name in ("go.mod", "go.sum", "main.go"))
    )
    binary = cache / digest.hexdigest()[:16]
    if not binary.exists():
        cache.mkdir(parents=True, exist_ok=True)
        made = binary.with_suffix(f".{os.getpid()}")
        _go("build", "-o", str(made), ".")
        made.rename(binary)
    return binary


def _go(*arguments: str) -> str:
    environment = {**os.environ, "GOTOOLCHAIN": "auto"}
    ran = subprocess.run(
        [go.find(), *arguments], cwd=SOURCE, env=environment, text=True, capture_output=True, check=False
    )
    if ran.returncode:
        pytest.fail(f"go {arguments[0]} failed: {ran.stderr}", pytrace=False)
    return ran.stdout


@functools.cache
def module() -> Path:
    """BuildKit's source in the module cache."""
    _go("mod", "download", "github.com/moby/buildkit")
    return Path(_go("list", "-m", "-f", "{{.Dir}}", "github.com/moby/buildkit").strip())


def ask(records: Iterable[bytes], mode: str = "dockerfile") -> list[dict[str, Any]]:
    """One answer for each record."""
    data = b"".join(b"%d\n%b" % (len(record), record) for record in records)
    ran = subprocess.run([_binary(), mode], input=data, capture_output=True, check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def shared(name: str) -> Path:
    """A path of the shared reference data; skips where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name}: the shared reference data is not here")
    return path


def corpus() -> dict[str, bytes]:
    """Every Dockerfile of the shared corpus, by name."""
    files: dict[str, bytes] = {}
    for archive in ("corpus/dockerfiles.tar.xz", "corpus/conversions.tar.xz"):
        with tarfile.open(shared(archive)) as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isfile() else None
                if content is not None and member.name.endswith((".Dockerfile", ".before", ".after")):
                    files[member.name] = content.read()
    return files
