"""The services of a compose file that a proof brings up: the one under observation and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stagewright.model.image import Healthcheck

Condition = Literal["started", "healthy", "completed"]


@dataclass(frozen=True, slots=True)
class ServiceBuild:
    """How a service's image is built; options mean what they mean for `docker build`."""

    context: Path
    dockerfile: Path
    target: str | None = None
    args: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """How a service is run. None for `command`, `entrypoint`, `user`, `workdir` keeps what the image says.

    `volumes` are paths in the container that get an anonymous volume. `needs` names other services and
    what must be true of each before this one starts. A `build` makes the image; else `image` is one.
    """

    name: str = ""
    image: str = ""
    build: ServiceBuild | None = None
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    user: str | None = None
    workdir: str | None = None
    env: tuple[tuple[str, str], ...] = ()
    healthcheck: Healthcheck | None = None
    volumes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    needs: tuple[tuple[str, Condition], ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """`service` is observed; `dependencies` each come after what they need themselves.

    `not_seen` says what of the compose file a proof leaves out. Without a compose file all is empty.
    """

    service: Service = Service()
    dependencies: tuple[Service, ...] = ()
    not_seen: tuple[str, ...] = ()
