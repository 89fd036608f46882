"""One service of a compose file with all that it depends on, as a proof can run them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from stagewright.errors import UsageError
from stagewright.model.composition import Composition, Condition, Service, ServiceBuild
from stagewright.project.compose_file import (
    environment,
    healthcheck,
    interpolated,
    services,
    strings,
    words,
)
from stagewright.project.env_file import read_env
from stagewright.project.interpolation import interpolate
from stagewright.project.text import read_file, resolved
from stagewright.project.unapplied import APPLIED, mounts, unapplied

MAX_SERVICES = 32
_CONDITIONS: dict[str, Condition] = {
    "service_started": "started",
    "service_healthy": "healthy",
    "service_completed_successfully": "completed",
}
# What makes a service another one than it says by itself.
_REFUSED = ("extends", "provider")
_FLATTEN = "`docker compose -f FILE config` writes one file with all of it."


def read_composition(file: Path, name: str, context: Path, given: Mapping[str, str]) -> Composition:
    """The service `name` of a compose file; variables have the values of `given` alone.

    Environment files and build contexts lie in the file's folder or in `context`. Raises UsageError.
    """
    text = read_file(file.parent, file.name)
    if text is None:
        raise UsageError(f"{file}: cannot be read", "A compose file of at most 4 MB is expected.")
    try:
        reader = _Reader(file, (file.parent.resolve(), context.resolve()), given, services(text))
    except ValueError as error:
        raise UsageError(
            f"{file}: no compose file: {error}", "See https://compose-spec.io for its form."
        ) from error
    return reader.composition(name)


@dataclass(frozen=True, slots=True)
class _Reader:
    """`services` as they stand in the file; `roots` are the folders that may be read, the file's first."""

    file: Path
    roots: tuple[Path, Path]
    given: Mapping[str, str]
    services: Mapping[str, dict[str, Any]]

    def composition(self, name: str) -> Composition:
        if name not in self.services:
            there = ", ".join(self.services) or "none"
            raise self._wrong(f"there is no service '{name}'", f"Its services: {there}.")
        order: list[str] = []
        self._add(name, (), order)
        unset: set[str] = set()
        found: list[Service] = []
        notes: list[str] = []
        for one in order:
            value = self._value(one, unset, observed=one == name)
            found.append(self._service(one, value, observed=one == name))
            notes += unapplied(one, self.services[one], value, observed=one == name)
        if unset:
            notes.append(f"compose variables that have no value (--env): {', '.join(sorted(unset))}")
        return Composition(found[-1], tuple(found[:-1]), tuple(notes))

    def _add(self, name: str, above: tuple[str, ...], order: list[str]) -> None:
        """Put a service after all that it needs."""
        if name in above:
            raise self._wrong(
                f"service '{name}' depends on itself: {' → '.join((*above, name))}",
                "Break the circle in depends_on.",
            )
        if name in order:
            return
        if len(order) + len(above) >= MAX_SERVICES:
            raise self._wrong(f"more than {MAX_SERVICES} services are needed", "Name one that needs less.")
        for other, _ in self._needs(name):
            self._add(other, (*above, name), order)
        order.append(name)

    def _needs(self, name: str) -> tuple[tuple[str, Condition], ...]:
        value = self.services[name].get("depends_on")
        named = dict.fromkeys(value) if _is_list_of_text(value) else value or {}
        if not isinstance(named, dict):
            raise self._wrong(f"service '{name}': depends_on is no list and no mapping", "Name services.")
        found: list[tuple[str, Condition]] = []
        for other, item in sorted(named.items(), key=lambda pair: str(pair[0])):
            how = item if isinstance(item, dict) else {}
            condition = str(how.get("condition", "service_started"))
            if condition not in _CONDITIONS:
                raise self._wrong(
                    f"service '{name}': depends_on {other} has the condition {condition}",
                    f"There are {', '.join(_CONDITIONS)}.",
                )
            if other in self.services:
                found.append((other, _CONDITIONS[condition]))
            elif how.get("required") is not False:
                raise self._wrong(f"service '{name}' depends on '{other}', which is not there", _FLATTEN)
        return tuple(found)

    def _value(self, name: str, unset: set[str], *, observed: bool) -> dict[str, Any]:
        """What is applied of a service, variables replaced; `unset` gains those that have no value."""
        raw = self.services[name]
        for key in _REFUSED:
            if key in raw:
                raise self._wrong(f"service '{name}' has `{key}`, which is not read", _FLATTEN)
        # The image under observation is built as the command line says.
        left_out = {"image", "build"} if observed else set()
        applied = {key: value for key, value in raw.items() if key in APPLIED - left_out}
        try:
            for text in strings(applied):
                seen = interpolate(text, self.given)
                unset.update(seen.unset)
                for variable, message in seen.required:
                    raise self._wrong(
                        f"service '{name}' needs the variable {variable}{message and f': {message}'}",
                        f"Bring it: --env {variable}=VALUE",
                    )
            value: dict[str, Any] = interpolated(applied, self.given)
        except ValueError as error:
            raise self._wrong(f"service '{name}': {error}", "A `$` of its own is written `$$`.") from error
        return value

    def _service(self, name: str, value: Mapping[str, Any], *, observed: bool) -> Service:
        build = self._build(name, value.get("build"))
        image = "" if build else str(value.get("image") or "")
        if not (observed or build or image):
            raise self._wrong(f"service '{name}' has neither an image nor a build", "Give it one of them.")
        user, workdir = value.get("user"), value.get("working_dir")
        return Service(
            name=name,
            image=image,
            build=build,
            command=words(value.get("command")),
            entrypoint=words(value.get("entrypoint")),
            user=None if user is None else str(user),
            workdir=None if workdir is None else str(workdir),
            env=self._environment(name, value),
            healthcheck=healthcheck(value.get("healthcheck")),
            volumes=tuple(sorted({mount.target for mount in mounts(value) if mount.kind == "volume"})),
            aliases=_aliases(name, value),
            needs=self._needs(name),
        )

    def _build(self, name: str, value: Any) -> ServiceBuild | None:
        if value is None:
            return None
        build = {"context": value} if isinstance(value, str) else value
        if not isinstance(build, dict):
            raise self._wrong(f"service '{name}': build is no path and no mapping", "Name a context.")
        context = self._inside(name, self.roots[0], str(build.get("context") or "."))
        dockerfile = self._inside(name, context, str(build.get("dockerfile") or "Dockerfile"))
        if not context.is_dir() or not dockerfile.is_file():
            raise self._wrong(f"service '{name}': there is no {dockerfile}", "Give that file.")
        target = build.get("target")
        args = environment(build.get("args"), self.given)
        return ServiceBuild(context, dockerfile, str(target) if target else None, args)

    def _inside(self, name: str, folder: Path, text: str) -> Path:
        path = resolved(folder / text)
        if path is None or not any(path.is_relative_to(root) for root in self.roots):
            raise self._wrong(
                f"service '{name}': {text!r} lies outside of the project",
                "Only what lies in the compose file's folder or in the build context is read.",
            )
        return path

    def _environment(self, name: str, value: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """Environment files in order, `environment` over them."""
        found: dict[str, str] = {}
        named = value.get("env_file")
        for item in named if isinstance(named, list) else [named] if named else []:
            entry = item if isinstance(item, dict) else {"path": item}
            path = self._inside(name, self.roots[0], str(entry.get("path") or ""))
            if not path.exists() and entry.get("required") is False:
                continue
            text = read_file(path.parent, path.name)
            if text is None:
                raise self._wrong(f"service '{name}': env_file {path} cannot be read", "Give that file.")
            try:
                found |= read_env(text, self.given)
            except ValueError as error:
                raise UsageError(f"{path}: {error}", "One NAME=VALUE a line is expected.") from error
        found |= dict(environment(value.get("environment"), self.given))
        return tuple(sorted(found.items()))

    def _wrong(self, what: str, hint: str) -> UsageError:
        return UsageError(f"{self.file}: {what}", hint)


def _is_list_of_text(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _aliases(name: str, value: Mapping[str, Any]) -> tuple[str, ...]:
    """The names under which the others reach it; all services share one network."""
    found = [name, *([str(value["container_name"])] if value.get("container_name") else [])]
    networks = value.get("networks")
    for network in networks.values() if isinstance(networks, dict) else ():
        names = network.get("aliases") if isinstance(network, dict) else None
        if _is_list_of_text(names):
            found += names
    return tuple(dict.fromkeys(found))
