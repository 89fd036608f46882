"""A compose file's services as they stand in it, read within bounds, and the forms that their values take."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from stagewright.model.image import Healthcheck
from stagewright.project.interpolation import interpolate

# With every alias written out: a short text can mean a very large document.
_MAX_NODES = 200_000
_MAX_CHARACTERS = 8 << 20
_MAX_DEPTH = 64
_MAX_NUMBER = 1_000
_NUMBERS = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
_DURATION = re.compile(r"(?<!\d)(\d++(?:\.\d++)?)(ms|us|ns|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def services(text: str) -> dict[str, dict[str, Any]]:
    """The services by name, in name order, variables as they stand.

    Raises ValueError for what is not YAML, has no services, or means too large a document.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise ValueError("it is empty")
        _require_bounds(node)
        document = loader.construct_document(node)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
        # PyYAML takes the tag's word for the form: `!!int ""`, `!!bool x`, `!!timestamp x`.
        raise ValueError("a value has another form than its tag") from error
    finally:
        loader.dispose()
    found = document.get("services") if isinstance(document, dict) else None
    if not isinstance(found, dict):
        raise ValueError("it has no services")
    named = {str(name): service for name, service in found.items() if isinstance(service, dict)}
    return {name: {str(key): value for key, value in named[name].items()} for name in sorted(named)}


def _require_bounds(root: Any) -> None:
    import yaml

    nodes = characters = 0
    waiting: list[tuple[Any, int]] = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if isinstance(node, yaml.ScalarNode):
            characters += len(node.value)
            if node.tag in _NUMBERS and len(node.value) > _MAX_NUMBER:
                raise ValueError(f"a number is longer than {_MAX_NUMBER} characters")
        elif isinstance(node, yaml.MappingNode):
            waiting += [(child, depth + 1) for pair in node.value for child in pair]
        else:
            waiting += [(child, depth + 1) for child in node.value]
        if nodes + len(waiting) > _MAX_NODES or characters > _MAX_CHARACTERS or depth > _MAX_DEPTH:
            raise ValueError("it is too large with its aliases written out")


def strings(value: object) -> Iterator[str]:
    """Every text value below, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def interpolated(value: Any, given: Mapping[str, str]) -> Any:
    """The value with the variables of every text in it replaced. Raises ValueError as `interpolate` does."""
    if isinstance(value, str):
        return interpolate(value, given).text
    if isinstance(value, dict):
        return {key: interpolated(item, given) for key, item in value.items()}
    return [interpolated(item, given) for item in value] if isinstance(value, list) else value


def words(value: object) -> tuple[str, ...] | None:
    """A command as text or list; None where it is not given."""
    if isinstance(value, str):
        try:
            return tuple(shlex.split(value))
        except ValueError:
            return ("sh", "-c", value)
    return tuple(str(word) for word in value) if isinstance(value, list) else None


def healthcheck(value: object) -> Healthcheck | None:
    """An empty `test` leaves the image's own."""
    if not isinstance(value, dict):
        return None
    test = value.get("test")
    if value.get("disable") is True:
        return Healthcheck(("NONE",))
    retries = value.get("retries")
    return Healthcheck(
        ("CMD-SHELL", test) if isinstance(test, str) else words(test) or (),
        interval=_duration(value.get("interval")),
        timeout=_duration(value.get("timeout")),
        start_period=_duration(value.get("start_period")),
        start_interval=_duration(value.get("start_interval")),
        retries=retries if isinstance(retries, int) else 0,
    )


def _duration(value: object) -> float:
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(str(value or "")))


def environment(value: object, given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """List and map form, in name order; a name without a value has that of `given`, or is left out."""
    if isinstance(value, dict):
        pairs = [(str(name), None if item is None else _scalar(item)) for name, item in value.items()]
    elif isinstance(value, list):
        split = [str(item).partition("=") for item in value]
        pairs = [(name, item if equals else None) for name, equals, item in split]
    else:
        return ()
    filled = {name: given.get(name) if item is None else item for name, item in pairs}
    return tuple(sorted((name, item) for name, item in filled.items() if item is not None))


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
