"""What a compose file says of a service and a proof leaves out, in words for the proof's scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from stagewright import tables
from stagewright.project.compose_file import healthcheck

APPLIED = frozenset(
    {
        *("image", "build", "command", "entrypoint", "user", "working_dir", "environment", "env_file"),
        *("healthcheck", "depends_on", "volumes", "networks", "container_name"),
    }
)
# They concern what lies outside of one watched run that only its own network reaches.
_WITHOUT_BEARING = frozenset(
    {
        *("ports", "expose", "labels", "annotations", "profiles", "pull_policy", "logging", "restart"),
        *("develop", "attach", "scale"),
    }
)
_OF_BUILD = frozenset({"context", "dockerfile", "target", "args"})
_OF_IMAGE = {
    "command": "command",
    "entrypoint": "entry point",
    "user": "user",
    "working_dir": "working directory",
}


@dataclass(frozen=True, slots=True)
class Mount:
    """One entry of `volumes`; `source` is "" for an anonymous volume."""

    kind: Literal["volume", "bind", "other"]
    source: str
    target: str


def mounts(service: Mapping[str, Any]) -> tuple[Mount, ...]:
    """The service's `volumes`, in order, with variables replaced."""
    value = service.get("volumes")
    return tuple(_mount(item) for item in value) if isinstance(value, list) else ()


def _mount(item: object) -> Mount:
    if isinstance(item, dict):
        source, target = str(item.get("source") or ""), str(item.get("target") or "")
        kind = item.get("type")
        return Mount(kind if kind in ("volume", "bind") else "other", source, target)
    source, colon, rest = str(item).partition(":")
    if not colon:
        return Mount("volume", "", source)
    return Mount("bind" if source.startswith((".", "/", "~")) else "volume", source, rest.partition(":")[0])


def unapplied(
    name: str, raw: Mapping[str, Any], value: Mapping[str, Any], *, observed: bool
) -> Iterator[str]:
    """The notes on one service: `raw` as it stands in the file, `value` what is applied of it."""
    keys = sorted(key for key in raw if key not in APPLIED | _WITHOUT_BEARING and not key.startswith("x-"))
    keys += sorted(_networks(raw))
    build = raw.get("build")
    if isinstance(build, dict):
        known = {"context", "dockerfile"} if observed else _OF_BUILD
        keys += sorted(f"build.{key}" for key in build if key not in known)
    if keys:
        yield f"what the compose file gives service {name}: {', '.join(keys)}"
    found = mounts(value)
    if outside := [mount.target for mount in found if mount.kind != "volume"]:
        yield f"mounts of service {name} that are left out: {', '.join(outside)}"
    if named := [mount.target for mount in found if mount.kind == "volume" and mount.source]:
        yield f"what stands in the volumes of service {name}: its own and empty here: {', '.join(named)}"
    if observed:
        own = [said for key, said in _OF_IMAGE.items() if value.get(key) is not None]
        check = healthcheck(value.get("healthcheck"))
        own += ["health check"] if check and check.test else []
        if own:
            yield f"the images' own {', '.join(own)}: service {name} has another"


def _networks(raw: Mapping[str, Any]) -> Iterator[str]:
    networks = tables.table(raw, "networks")
    for network in networks:
        known = tables.table(networks, network)
        yield from (f"networks.{network}.{key}" for key in known if key != "aliases")
