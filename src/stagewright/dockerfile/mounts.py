"""`RUN --mount=…`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from stagewright.dockerfile.csv import fields
from stagewright.dockerfile.errors import LanguageError, did_you_mean
from stagewright.dockerfile.tree import Instruction

TYPES = ("bind", "cache", "secret", "ssh", "tmpfs")
SHARING = ("locked", "private", "shared")
_ALIASES = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly", "rw": "readwrite"}
_KEYS = (
    *("env", "from", "gid", "id", "mode", "readonly", "readwrite", "required", "sharing", "size"),
    *("source", "target", "type", "uid", *_ALIASES),
)
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kKmMgGtTpP]?)[iI]?[bB]?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mount:
    """`source_stage` is the `from=` key; `size` in bytes; `mode` as a number."""

    type: str = "bind"
    source_stage: str = ""
    source: str = ""
    target: str = ""
    readonly: bool = True
    id: str = ""
    sharing: str = ""
    required: bool = False
    size: int = 0
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    env: str | None = None


def check_mount(text: str) -> None:
    """What BuildKit refuses before it knows any variable. Raises `LanguageError`."""
    for field in _fields(text):
        key, equals, value = field.partition("=")
        if equals and key.lower() == "from" and "$" in value[:-1]:
            raise LanguageError(
                f"'{key.lower()}' doesn't support variable expansion, define alias stage instead"
            )


def parse_mount(text: str, expand: Callable[[str], str] = str) -> Mount:
    """A mount, its values passed through `expand`. Raises `LanguageError`."""
    mount = Mount()
    readonly: bool | None = None
    for field in _fields(text):
        key, equals, value = field.partition("=")
        key = key.lower()
        name = _ALIASES.get(key, key)
        if not equals:
            if name == "required":
                mount = _required(mount, key, True)
            elif name in ("readonly", "readwrite"):
                readonly = name == "readonly"
            else:
                raise LanguageError(f"invalid field '{field}' must be a key=value pair")
            continue
        value = expand(value)
        if name in ("readonly", "readwrite"):
            readonly = parse_boolean(key, value) == (name == "readonly")
        elif name == "required":
            mount = _required(mount, key, None, value)
        else:
            mount = _with(mount, key, name, value, field)
    if readonly is None:
        readonly = mount.type not in ("cache", "tmpfs")
    mount = replace(mount, readonly=readonly)
    _check(mount)
    return mount


def mounts(instruction: Instruction, expand: Callable[[str], str] = str) -> tuple[Mount, ...]:
    """The mounts of a RUN, in order."""
    return tuple(parse_mount(flag.value or "", expand) for flag in instruction.flags if flag.name == "mount")


def mount_source(text: str) -> str:
    """The `from=` of a mount, or nothing; other keys are not looked at. Raises `LanguageError`."""
    found = ""
    for field in _fields(text):
        key, equals, value = field.partition("=")
        if equals and key.lower() == "from":
            found = value
    return found


def _fields(text: str) -> list[str]:
    try:
        return fields(text)
    except LanguageError as error:
        raise LanguageError(f"failed to parse csv mounts: {error.reason}") from None


def _with(mount: Mount, key: str, name: str, value: str, field: str) -> Mount:
    match name:
        case "type":
            return replace(mount, type=_one_of(value, TYPES, "unsupported mount type"))
        case "sharing":
            return replace(mount, sharing=_one_of(value, SHARING, "unsupported sharing value"))
        case "from":
            return replace(mount, source_stage=value)
        case "source":
            return replace(mount, source=value)
        case "target":
            return replace(mount, target=value)
        case "id":
            return replace(mount, id=value)
        case "env":
            return replace(mount, env=value)
        case "mode":
            return replace(mount, mode=_number(name, value, 8))
        case "uid":
            return replace(mount, uid=_number(name, value, 10))
        case "gid":
            return replace(mount, gid=_number(name, value, 10))
        case "size":
            if mount.type != "tmpfs":
                raise LanguageError(f"unexpected key '{key}' for mount type '{mount.type}'")
            return replace(mount, size=_size(key, value))
    raise LanguageError(f"unexpected key '{key}' in '{field}'{did_you_mean(key, _KEYS, match_case=True)}")


def _check(mount: Mount) -> None:
    if mount.type not in ("secret", "ssh", "cache"):
        for name, value in (("mode", mount.mode), ("uid", mount.uid), ("gid", mount.gid)):
            if value is not None:
                raise LanguageError(f'{name} not allowed for "{mount.type}" type mounts')
    if mount.type == "secret":
        if mount.source_stage:
            raise LanguageError("secret mount should not have a from")
        if mount.sharing:
            raise LanguageError("secret mount should not define sharing")
        if not (mount.source or mount.target or mount.id):
            raise LanguageError("invalid secret mount. one of source, target required")
        if mount.source and mount.id:
            raise LanguageError("both source and id can't be set")
    if mount.sharing and mount.type != "cache":
        raise LanguageError(f"invalid cache sharing set for {mount.type} mount")


def _required(mount: Mount, key: str, bare: bool | None, value: str = "") -> Mount:
    if mount.type not in ("secret", "ssh"):
        raise LanguageError(f"unexpected key '{key}' for mount type '{mount.type}'")
    return replace(mount, required=parse_boolean(key, value) if bare is None else bare)


def _one_of(value: str, options: tuple[str, ...], reason: str) -> str:
    if value.lower() not in options:
        raise LanguageError(f'{reason} "{value}"{did_you_mean(value, options, match_case=True)}')
    return value.lower()


def parse_boolean(key: str, value: str) -> bool:
    """As Go reads a boolean. Raises `LanguageError`."""
    if value not in _TRUE | _FALSE:
        raise LanguageError(f"invalid value for {key}: {value}")
    return value in _TRUE


def _number(name: str, value: str, base: int) -> int:
    digits = frozenset("0123456789"[:base])
    if not value or len(value) > 20 or not digits.issuperset(value) or int(value, base) >= 2**32:
        raise LanguageError(f"invalid value {value} for {name}")
    return int(value, base)


def _size(key: str, value: str) -> int:
    found = _SIZE.match(value)
    if not found:
        raise LanguageError(f"invalid value for {key}: {value}")
    return int(float(found[1]) * 1024 ** " kmgtp".index(found[2].lower() or " "))
