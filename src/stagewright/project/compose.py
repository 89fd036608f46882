"""Who uses the image from a compose file."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from stagewright.model.image import Healthcheck
from stagewright.model.project import Consumer

NAME = re.compile(r"(?:docker-)?compose[\w.-]*\.ya?ml")
_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>\w+)|\{(?P<name>\w+)(?P<operator>:?[-+?])?(?P<word>[^}]*)\})"
)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|us|ns|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


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


def _services(text: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    import yaml

    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError):
        return
    services = document.get("services") if isinstance(document, dict) else None
    if isinstance(services, dict):
        for name in sorted(services, key=str):
            if isinstance(services[name], dict):
                yield str(name), services[name]


def _built_here(build: object, root: Path, path: str, dockerfile: str | None) -> str | None:
    """The target ("" for none) when `build` means this context and Dockerfile, else None."""
    if isinstance(build, str):
        build = {"context": build}
    if not isinstance(build, dict):
        return None
    context = _expand(str(build.get("context", ".")))
    if "://" in context or (root / path).parent.joinpath(context).resolve() != root.resolve():
        return None
    named = _expand(str(build.get("dockerfile", "Dockerfile")))
    if dockerfile is not None and PurePosixPath(named) != PurePosixPath(dockerfile):
        return None
    return _expand(str(build.get("target") or ""))


def _consumer(name: str, path: str, service: Mapping[str, object], target: str) -> Consumer:
    user = service.get("user")
    return Consumer(
        kind="compose",
        name=name,
        place=path,
        command=_words(service.get("command")),
        entrypoint=_words(service.get("entrypoint")),
        healthcheck=_healthcheck(service.get("healthcheck")),
        user=None if user is None else _expand(str(user)),
        target=target or None,
        environment=_environment(service.get("environment")),
        volumes=_mounts(service.get("volumes"), ("source", "target"), "volume"),
        ports=_mounts(service.get("ports"), ("published", "target"), "port"),
    )


def _words(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        try:
            return tuple(shlex.split(_expand(value)))
        except ValueError:
            return ("sh", "-c", _expand(value))
    return tuple(_expand(str(word)) for word in value) if isinstance(value, list) else None


def _healthcheck(value: object) -> Healthcheck | None:
    if not isinstance(value, dict):
        return None
    test = value.get("test")
    if value.get("disable") is True:
        return Healthcheck(("NONE",))
    if isinstance(test, str):
        words: tuple[str, ...] = ("CMD-SHELL", _expand(test))
    else:
        words = _words(test) or ()
    retries = value.get("retries")
    return Healthcheck(
        words,
        interval=_duration(value.get("interval")),
        timeout=_duration(value.get("timeout")),
        start_period=_duration(value.get("start_period")),
        start_interval=_duration(value.get("start_interval")),
        retries=retries if isinstance(retries, int) else 0,
    )


def _duration(value: object) -> float:
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(str(value or "")))


def _environment(value: object) -> tuple[tuple[str, str], ...]:
    """List and map form; a name without a value comes from outside and is left out."""
    if isinstance(value, dict):
        pairs = [(str(name), given) for name, given in value.items() if given is not None]
    elif isinstance(value, list):
        split = [str(item).partition("=") for item in value]
        pairs = [(name, given) for name, equals, given in split if equals]
    else:
        return ()
    return tuple(sorted((name, _expand(_scalar(given))) for name, given in pairs))


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


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
            found.append(_expand(str(item)))
    return tuple(found)


def _expand(text: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        return match["word"] if match["operator"] in (":-", "-") else ""

    return _VARIABLE.sub(value, text)
