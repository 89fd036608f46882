"""What a user asks for: the build's inputs and how the container is to be observed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stagewright.model.composition import Composition
from stagewright.model.run import Limits, Probe


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """Options that mean what they mean for `docker build`."""

    build_args: tuple[tuple[str, str], ...] = ()
    target: str | None = None
    secrets: tuple[str, ...] = ()
    platform: str | None = None
    build_contexts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Watching:
    """How both sides are run and observed. `env` goes over what the service of `composition` has."""

    probes: tuple[Probe, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    limits: Limits = Limits()
    measure: bool = True
    composition: Composition = Composition()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the work is: the build context, and the Dockerfile in it (None: the project has none)."""

    context: Path
    dockerfile: Path | None
