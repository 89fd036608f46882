"""Whether a container starts with the same configuration: every difference, and what explains it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set

from stagewright.model.design import Allowance
from stagewright.model.image import Healthcheck, ImageConfig
from stagewright.model.proof import ConfigDifference
from stagewright.proof.allowances import Allowed

BASE = "base"
# What the tool chains' images note about themselves.
_OF_A_TOOL_CHAIN = re.compile(
    r"(?:[A-Z0-9_]+_(?:VERSION|RELEASE|SHA256|SHA512|COMMIT)|GPG_KEYS?|GOPATH|GOTOOLCHAIN|CARGO_HOME|RUSTUP_HOME"
    r"|PYTHON_GET_PIP_URL|PYTHON_PIP_VERSION|BUN_RUNTIME_TRANSPILER_CACHE_PATH|BUN_INSTALL_BIN)"
)
# Where distroless images tell OpenSSL to look: the place where it looks by itself.
_HARMLESS = {("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")}
_ROOT = {"", "root", "0", "0:0", "root:root", "0:root", "root:0"}


def compare(
    before: ImageConfig,
    after: ImageConfig,
    *,
    before_base: ImageConfig | None,
    after_base: ImageConfig | None,
    is_dir: Callable[[str], bool],
    allows: Sequence[Allowance],
    read: Set[str] = frozenset(),
) -> tuple[ConfigDifference, ...]:
    """The differences in a fixed order. `is_dir` tells whether the new image has a directory.

    A variable that only a base sets about itself is explained as `base`, unless it is one of `read`, and so
    is a label.
    """
    allowed = Allowed(allows)
    own_before = before_base or ImageConfig()
    own_after = after_base or ImageConfig()
    found = [
        *_fields(before, after, allowed),
        *_pairs("label", before.labels, after.labels, own_before.labels, own_after.labels, allowed),
        *_environment(before, after, own_before, own_after, is_dir, allowed, read),
    ]
    return tuple(found)


def _fields(before: ImageConfig, after: ImageConfig, allowed: Allowed) -> Iterator[ConfigDifference]:
    for subject in (
        *("entrypoint", "cmd", "user", "workdir", "exposed", "volumes"),
        *("healthcheck", "stopsignal", "shell", "onbuild", "os", "architecture"),
    ):
        old, new = (_normal(subject, getattr(config, subject)) for config in (before, after))
        if old != new:
            yield ConfigDifference(subject, old, new, allowed.by("config", subject))


def _normal(subject: str, value: object) -> str:
    if subject == "user":
        return "root" if value in _ROOT else str(value)
    if subject == "workdir":
        return str(value).rstrip("/") or "/"
    if subject == "stopsignal":
        name = str(value).upper().removeprefix("SIG")
        return "SIGTERM" if name in ("", "15") else f"SIG{name}"
    if subject == "shell":
        return _words(value if value else ("/bin/sh", "-c"))
    if isinstance(value, Healthcheck):
        text = _words(value.test)
        times = (value.interval, value.timeout, value.start_period, value.start_interval, value.retries)
        return f"{text} {' '.join(f'{time:g}' for time in times)}"
    return _words(value) if isinstance(value, tuple) else str(value or "")


def _words(value: object) -> str:
    assert isinstance(value, tuple)  # noqa: S101
    return "[" + ", ".join(f'"{word}"' for word in value) + "]" if value else ""


def _environment(
    before: ImageConfig,
    after: ImageConfig,
    own_before: ImageConfig,
    own_after: ImageConfig,
    is_dir: Callable[[str], bool],
    allowed: Allowed,
    read: Set[str],
) -> Iterator[ConfigDifference]:
    old, new = dict(before.env), dict(after.env)
    bases = dict(own_before.env), dict(own_after.env)
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        by = allowed.by("config", f"env:{name}") or allowed.by("config", "env")
        if not by and name not in read and _is_bases_own(name, was, now, bases):
            by = BASE
        if not by and name == "PATH" and _same_path(was or "", now or "", is_dir, bases):
            by = BASE
        yield ConfigDifference(f"env:{name}", _shown(was), _shown(now), by)


def _is_bases_own(
    name: str, was: str | None, now: str | None, bases: tuple[Mapping[str, str], Mapping[str, str]]
) -> bool:
    own_before, own_after = bases
    if was is None:
        noted = _OF_A_TOOL_CHAIN.fullmatch(name) or (name, now) in _HARMLESS
        return bool(noted) and own_after.get(name) == now
    of_base = bool(_OF_A_TOOL_CHAIN.fullmatch(name)) and own_before.get(name) == was
    return of_base and (now is None or own_after.get(name) == now)


def _same_path(
    was: str, now: str, is_dir: Callable[[str], bool], bases: tuple[Mapping[str, str], Mapping[str, str]]
) -> bool:
    """Whether a program is looked for in the same places, those left out that a base names and that are not
    there: what the user names may be a volume, or come to be in a run.
    """
    of_bases = {place for base in bases for place in base.get("PATH", "").split(":")}
    old, new = (
        [place for place in path.split(":") if is_dir(place) or place not in of_bases] for path in (was, now)
    )
    return old == new


def _pairs(
    what: str,
    before: tuple[tuple[str, str], ...],
    after: tuple[tuple[str, str], ...],
    own_before: tuple[tuple[str, str], ...],
    own_after: tuple[tuple[str, str], ...],
    allowed: Allowed,
) -> Iterator[ConfigDifference]:
    old, new = dict(before), dict(after)
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        by = allowed.by("config", f"{what}:{name}") or allowed.by("config", "labels")
        if not by and was == dict(own_before).get(name) and now == dict(own_after).get(name):
            by = BASE
        yield ConfigDifference(f"{what}:{name}", _shown(was), _shown(now), by)


def _shown(value: str | None) -> str:
    return "(not set)" if value is None else value
