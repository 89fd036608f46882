"""Who uses the image from a compose file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from stagewright.model.project import Consumer
from stagewright.project.compose_file import environment, healthcheck, interpolated, services, words
from stagewright.project.text import resolved

NAME = re.compile(r"(?:docker-)?compose[\w.-]*\.ya?ml")


def consumers(texts: Mapping[str, str], root: Path, dockerfile: str | None = None) -> tuple[Consumer, ...]:
    """The services of the compose files that are built from this context (and this Dockerfile).

    `texts` are the project's; a file that is not valid YAML has no services. Variables take the default
    that the file itself gives them, as nothing of the machine's environment is read.
    """
    found = []
    for path in sorted(texts):
        if NAME.fullmatch(PurePosixPath(path).name):
            for name, service in _services(texts[path]):
                target = _built_here(service.get("build"), root, path, dockerfile)
                if target is not None:
                    found.append(_consumer(name, path, service, target))
    return tuple(found)


def _services(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        found = services(text)
    except ValueError:
        return
    for name, service in found.items():
        try:
            yield name, interpolated(service, {})
        except ValueError:
            continue


def _built_here(build: object, root: Path, path: str, dockerfile: str | None) -> str | None:
    """The target ("" for none) when `build` means this context and Dockerfile, else None."""
    if isinstance(build, str):
        build = {"context": build}
    if not isinstance(build, dict):
        return None
    context = str(build.get("context", "."))
    if "://" in context or resolved((root / path).parent / context) != root.resolve():
        return None
    named = str(build.get("dockerfile", "Dockerfile"))
    if dockerfile is not None and PurePosixPath(named) != PurePosixPath(dockerfile):
        return None
    return str(build.get("target") or "")


def _consumer(name: str, path: str, service: Mapping[str, Any], target: str) -> Consumer:
    user = service.get("user")
    return Consumer(
        kind="compose",
        name=name,
        place=path,
        command=words(service.get("command")),
        entrypoint=words(service.get("entrypoint")),
        healthcheck=healthcheck(service.get("healthcheck")),
        user=None if user is None else str(user),
        target=target or None,
        environment=environment(service.get("environment"), {}),
        volumes=_mounts(service.get("volumes"), ("source", "target"), "volume"),
        ports=_mounts(service.get("ports"), ("published", "target"), "port"),
    )


def _mounts(value: object, keys: tuple[str, str], kind: str) -> tuple[str, ...]:
    """Short form as it stands; long form as `source:target`."""
    found = []
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict):
            parts = [str(item[key]) for key in keys if item.get(key) is not None]
            found.append(
                ":".join(parts) + ("/udp" if kind == "port" and item.get("protocol") == "udp" else "")
            )
        else:
            found.append(str(item))
    return tuple(found)
