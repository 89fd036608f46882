"""`stagewright.toml`: what a repository says once instead of on every command line.

harden = ["user", "health"]            # or true: all that can be proved; false: none
min_saving = "5 MB"                    # or a share, "5 %"; less is not worth a change
probes = ["http:3000/health=200"]      # as --probe takes them

[env]                                  # for both containers, as --env
DATABASE_URL = "sqlite:///tmp/db"

[build_args]                           # as --build-arg
VERSION = "1.2"

[compose]                              # as --compose; the file lies beside this one or below
file = "compose.yaml"
service = "web"
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stagewright.dockerfile.errors import did_you_mean
from stagewright.errors import UsageError
from stagewright.model.design import HARDENINGS
from stagewright.model.run import Probe
from stagewright.project.text import resolved
from stagewright.proof import probes

NAME = "stagewright.toml"
_KEYS = ("harden", "min_saving", "probes", "env", "build_args", "compose")
_PROBES = {"http": ("status", "matches"), "tcp": (), "exec": ("exit", "matches"), "log": ()}
_MAX_BYTES = 1 << 20
_SAVING = re.compile(r"(\d{1,19}(?:\.\d{1,19})?)\s*(B|kB|MB|GB|%)?")
_UNITS = {"B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class MinSaving:
    """What a change must save at least: the larger of `size` bytes and `share` of the original (0 to 1)."""

    size: int = 5_000_000
    share: float = 0.05

    def is_met(self, before: int, after: int) -> bool:
        return before - after >= max(self.size, self.share * before)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says, or the defaults. `harden` None: not said. `place` None: there is no file."""

    harden: frozenset[str] | None = None
    min_saving: MinSaving = MinSaving()
    probes: tuple[Probe, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    build_args: tuple[tuple[str, str], ...] = ()
    compose: tuple[Path, str] | None = None
    place: Path | None = None


def load(context: Path) -> Settings:
    """The nearest file from the context up to the repository's root, else the defaults.

    Raises UsageError for a file that is not TOML, and for keys or values that have no meaning.
    """
    place = _find(context.resolve())
    if place is None:
        return Settings()
    try:
        with place.open("rb") as stream:
            text = stream.read(_MAX_BYTES).decode("utf-8")
        values = tomllib.loads(text)
        _require_64_bits(values)
    except OSError as error:
        raise UsageError(
            f"{place}: cannot be read: {error.strerror}", "Give the right to read it."
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{place}: not TOML: {error}", "See https://toml.io for its form.") from error
    for key in values:
        if key not in _KEYS:
            where = f"{place}{_where(text, key)}"
            raise UsageError(
                f"{where}: unknown key '{key}'{did_you_mean(key, _KEYS)}", f"Keys are {', '.join(_KEYS)}."
            )
    return Settings(
        harden=_harden(place, values["harden"]) if "harden" in values else None,
        min_saving=_min_saving(place, values["min_saving"]) if "min_saving" in values else MinSaving(),
        probes=_probes(place, values.get("probes", [])),
        env=_table(place, "env", values.get("env", {})),
        build_args=_table(place, "build_args", values.get("build_args", {})),
        compose=_compose(place, values["compose"]) if "compose" in values else None,
        place=place,
    )


def _require_64_bits(value: Any) -> None:
    """What TOML asks for of an integer, and `tomllib` does not: a longer one cannot even be printed."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("an integer of more than 64 bits")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _require_64_bits(item)


def _where(text: str, key: str) -> str:
    """`:LINE:COLUMN` of a key or table at the top level, "" where it is written in another way."""
    pattern = rf"""^[ \t]*\[*[ \t]*["']?({re.escape(key)})["']?[ \t]*[=.\]]"""
    found = re.search(pattern, text, re.MULTILINE)
    if found is None:
        return ""
    before = text[: found.start(1)]
    return f":{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def _find(context: Path) -> Path | None:
    """Above the context only within a repository, and no link out of it."""
    folders = [context, *context.parents]
    root = next((index for index, folder in enumerate(folders) if (folder / ".git").exists()), 0)
    found = (folder / NAME for folder in folders[: root + 1])
    return next((path for path in found if path.is_file() and not path.is_symlink()), None)


def _harden(place: Path, value: Any) -> frozenset[str]:
    if isinstance(value, bool):
        return frozenset(HARDENINGS if value else ())
    for name in _strings(place, "harden", value):
        if name not in HARDENINGS:
            what = f"harden: no hardening is called '{name}'{did_you_mean(name, HARDENINGS)}"
            raise _wrong(place, what, f"There are {', '.join(HARDENINGS)}.")
    return frozenset(value)


def _min_saving(place: Path, value: Any) -> MinSaving:
    number = isinstance(value, int) and not isinstance(value, bool)
    matched = _SAVING.fullmatch(str(value)) if number or isinstance(value, str) else None
    if matched is None:
        raise _wrong(
            place, f"min_saving: {value!r} is no size", 'For instance "5 MB", "10 %", or a number of bytes.'
        )
    amount, unit = float(matched[1]), matched[2] or "B"
    return MinSaving(0, amount / 100) if unit == "%" else MinSaving(round(amount * _UNITS[unit]), 0.0)


def _probes(place: Path, value: Any) -> tuple[Probe, ...]:
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise _wrong(
            place, "probes: tables are expected", 'For instance [[probes]] with http = "3000/health".'
        )
    found = []
    for table in value:
        try:
            found.append(probes.parse(_probe_text(place, table), NAME))
        except UsageError as error:
            raise error if str(place) in str(error) else _wrong(place, str(error), error.hint) from error
    return tuple(found)


def _probe_text(place: Path, table: dict[str, Any]) -> str:
    """One table in the form that `--probe` takes."""
    known = (*_PROBES, *(key for keys in _PROBES.values() for key in keys))
    for key in table:
        if key not in known:
            what = f"probes: unknown key '{key}'{did_you_mean(key, known)}"
            raise _wrong(place, what, f"Keys are {', '.join(dict.fromkeys(known))}.")
    kinds = [kind for kind in _PROBES if kind in table]
    if len(kinds) != 1 or not set(table) <= {kinds[0], *_PROBES[kinds[0]]}:
        raise _wrong(
            place,
            f"probes: {table} is no probe",
            "One of http (status, matches), tcp, exec (exit, matches), log.",
        )
    kind = kinds[0]
    if kind == "log":
        return f"log~{table[kind]}"
    expected = next((f"={table[key]}" for key in ("status", "exit") if key in table), "")
    return f"{kind}:{table[kind]}{expected}" + (f"~{table['matches']}" if "matches" in table else "")


def _strings(place: Path, key: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(place, f"{key}: a list of strings is expected", f'For instance {key} = ["…"].')
    return value


def _table(place: Path, key: str, value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise _wrong(
            place, f"{key}: a table of strings is expected", f'For instance [{key}] with NAME = "value".'
        )
    return tuple(sorted(value.items()))


def _compose(place: Path, value: Any) -> tuple[Path, str]:
    table = dict(_table(place, "compose", value))
    if table.keys() != {"file", "service"}:
        raise _wrong(
            place, "compose: file and service are expected", 'file = "compose.yaml", service = "web"'
        )
    file = place.parent / table["file"]
    actual = resolved(file)
    if actual is None or not actual.is_relative_to(place.parent.resolve()):
        raise _wrong(place, f"compose: {table['file']} lies outside", "Name a file beside this one or below.")
    return file, table["service"]


def _wrong(place: Path, what: str, hint: str) -> UsageError:
    return UsageError(f"{place}: {what}", hint)
