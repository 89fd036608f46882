"""What lies in a build context, read once and never executed, and who uses the image from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stagewright.model.image import Healthcheck


@dataclass(frozen=True, slots=True)
class Consumer:
    """One user of the image: a compose service, a Procfile line, a CI job. Unset is None."""

    kind: str
    name: str
    place: str
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    healthcheck: Healthcheck | None = None
    user: str | None = None
    target: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    volumes: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """`files`: path in the context (posix, relative) → size in bytes, in path order, `.git` left out.

    `texts`: content of the manifests, lockfiles and settings that ecosystems read (each ≤ 4 MB;
    decoded as UTF-8 with replacement). `ignored` are context paths that the ignore file excludes.
    """

    root: Path
    files: Mapping[str, int]
    texts: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    consumers: tuple[Consumer, ...] = ()
    truncated: bool = False

    def has(self, path: str) -> bool:
        return path in self.files

    @property
    def name(self) -> str:
        return self.root.name
