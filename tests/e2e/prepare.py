"""Examples to work on: a copy, with the lockfile that names a host and is therefore made on the spot."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stagewright.engine import BuildRequest, Engine

EXAMPLES = Path(__file__).parents[2] / "examples"
_UV_LOCK = """\
FROM python:3.13
COPY --from=ghcr.io/astral-sh/uv:latest /uv /usr/local/bin/uv
WORKDIR /lock
COPY pyproject.toml ./
RUN uv lock
"""


@dataclass(frozen=True)
class Expected:
    """What `apply` has to make of one example, plain or hardened; examples/README.md explains the keys."""

    verdict: str
    ratio: float
    probes: tuple[str, ...]
    required: tuple[str, ...]
    forbidden: tuple[str, ...]
    waived: tuple[str, ...]
    on: tuple[str, ...] = ()
    user: str = ""
    healthy: bool | None = None


def names() -> list[str]:
    return sorted(path.stem for path in EXAMPLES.glob("*.toml"))


def has_dockerfile(name: str) -> bool:
    return (EXAMPLES / name / "Dockerfile").is_file()


def expected(name: str, *, hardened: bool) -> Expected:
    """The table `[harden]` says what is different, or asked besides, of the hardened image."""
    plain = _table(name)
    harden = plain.pop("harden", {})
    values = {**plain, **harden} if hardened else plain
    return Expected(
        verdict=values["verdict"],
        ratio=values["ratio"],
        probes=tuple(values.get("probes", ())),
        required=tuple(values.get("required", ())),
        forbidden=tuple(values.get("forbidden", ())),
        waived=tuple(values.get("waived", ())),
        on=tuple(values.get("on", ())),
        user=values.get("user", ""),
        healthy=values.get("healthy"),
    )


def prepare(name: str, folder: Path, engine: Engine) -> Path:
    """A copy of the example in `folder`, complete."""
    project = Path(shutil.copytree(EXAMPLES / name, folder / name))
    if _table(name).get("lock") == "uv":
        image = engine.build(BuildRequest(project, dockerfile_text=_UV_LOCK)).ref
        for _, content in engine.still(image).files("/lock/uv.lock"):
            assert content is not None
            (project / "uv.lock").write_bytes(content.read())
    return project


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((EXAMPLES / f"{name}.toml").read_text(encoding="utf-8"))
