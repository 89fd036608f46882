"""What the engine says of an image: its configuration, and the names of its layers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stagewright.model.image import Healthcheck, ImageConfig

# Instructions that only write to the configuration; WORKDIR makes a layer, empty or not.
_METADATA = re.compile(
    r"(?:/bin/sh -c )?(?:#\(nop\) +)?"
    r"(ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b"
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, lowest first: `digest` names its uncompressed content ("sha256:…")."""

    index: int
    digest: str
    created_by: str


def image_config(seen: dict[str, Any]) -> ImageConfig:
    """The configuration out of the engine's answer to an inspection."""
    config = seen.get("Config") or {}
    entrypoint, cmd = config.get("Entrypoint"), config.get("Cmd")
    return ImageConfig(
        env=tuple(_pair(line) for line in config.get("Env") or ()),
        entrypoint=tuple(entrypoint) if entrypoint else None,
        cmd=tuple(cmd) if cmd else None,
        user=config.get("User") or "",
        workdir=config.get("WorkingDir") or "",
        exposed=tuple(sorted(config.get("ExposedPorts") or ())),
        volumes=tuple(sorted(config.get("Volumes") or ())),
        labels=tuple(sorted((config.get("Labels") or {}).items())),
        healthcheck=_healthcheck(config.get("Healthcheck")),
        stopsignal=config.get("StopSignal") or "",
        shell=tuple(config.get("Shell") or ()),
        onbuild=tuple(config.get("OnBuild") or ()),
        os=seen.get("Os") or "linux",
        architecture=seen.get("Architecture") or "",
    )


def image_layers(seen: dict[str, Any], history: list[dict[str, Any]]) -> tuple[Layer, ...]:
    """The layers of an inspected image, each with the instruction that made it, "" where that is unclear."""
    digests = (seen.get("RootFS") or {}).get("Layers") or []
    made = [
        entry["CreatedBy"].removesuffix(" # buildkit")
        for entry in reversed(history)
        if entry.get("Size") or not _METADATA.match(entry["CreatedBy"])
    ]
    return paired(digests, made)


def paired(digests: Sequence[str], made: Sequence[str]) -> tuple[Layer, ...]:
    """Layers and the instructions that made them, "" for all where the two are not one for one."""
    instructions = made if len(made) == len(digests) else [""] * len(digests)
    return tuple(Layer(index, *pair) for index, pair in enumerate(zip(digests, instructions)))


def _pair(line: str) -> tuple[str, str]:
    key, _, value = line.partition("=")
    return key, value


def _healthcheck(seen: dict[str, Any] | None) -> Healthcheck | None:
    if not seen or not seen.get("Test"):
        return None
    seconds = {
        field: (seen.get(key) or 0) / 1e9
        for field, key in (
            ("interval", "Interval"),
            ("timeout", "Timeout"),
            ("start_period", "StartPeriod"),
            ("start_interval", "StartInterval"),
        )
    }
    return Healthcheck(tuple(seen["Test"]), retries=seen.get("Retries") or 0, **seconds)
