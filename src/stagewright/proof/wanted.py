"""The hardenings that are wanted in somebody's own rewrite: what each of them may change, and no more."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Literal

from stagewright.design import nginx
from stagewright.model.design import HARDENINGS, Allowance, Hardening
from stagewright.proof.files import Files

# What a runtime expects in production, and nothing that an application of one's own would name so.
_SETTINGS = re.compile(
    r"NODE_ENV|BUN_ENV|DENO_ENV|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|PYTHONFAULTHANDLER"
    r"|PIP_NO_CACHE_DIR|PIP_DISABLE_PIP_VERSION_CHECK|UV_COMPILE_BYTECODE|UV_LINK_MODE|NEXT_TELEMETRY_DISABLED"
    r"|NPM_CONFIG_(?:UPDATE_NOTIFIER|LOGLEVEL|FUND|AUDIT)|GIN_MODE|ASPNETCORE_ENVIRONMENT|RAILS_ENV|RACK_ENV"
)
# An unprivileged user who owns one of these could change what root runs.
_SYSTEM = re.compile(r"/(?:usr(?!/src(?:/|$))|s?bin|lib\w*|etc|boot|dev|proc|sys|root)(?:/.*)?")
_ACCOUNTS = tuple(f"/etc/{name}" for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid"))
_SKELETON = (".bashrc", ".bash_logout", ".profile")
_ROOT = ("", "root", "0")


@dataclass(frozen=True, slots=True)
class _User:
    """Numbers are None where neither the image's accounts nor the configuration tell them."""

    name: str
    group: str
    uid: int | None
    gid: int | None
    home: str


_Kind = Literal["config", "added", "changed", "missing", "owner", "behaviour"]
_Pairs = Iterator[tuple[_Kind, str]]


def wanted(names: Set[str], before: Files, after: Files) -> tuple[Hardening, ...]:
    """Each hardening of `names` in a fixed order; `on` where the new image makes it."""
    found = []
    for name in HARDENINGS:
        if name in names:
            explanation, allows = _KINDS[name]
            given = tuple(Allowance(kind, subject, name) for kind, subject in allows(before, after))
            found.append(Hardening(name, bool(given), explanation, allows=given))
    return tuple(found)


def _user(before: Files, after: Files) -> _Pairs:
    if after.config.user.partition(":")[0] in _ROOT or after.config.user == before.config.user:
        return
    user = _account(after)
    yield "config", "user"
    yield "behaviour", "user"
    for path, entry in after.entries.items():
        old = before.entries.get(path)
        if old is None or (old.uid, old.gid) == (entry.uid, entry.gid) or _SYSTEM.fullmatch(path):
            continue
        if entry.uid in (user.uid, old.uid) and entry.gid in (user.gid, old.gid):
            yield "owner", path
    yield from _made(before, after, user)


def _made(before: Files, after: Files, user: _User) -> _Pairs:
    """The account itself: its own lines among the others', and its home with the usual skeleton."""
    names = [path for path in _ACCOUNTS if path in after.entries]
    old, new = before.read_many(path for path in names if path in before.entries), after.read_many(names)
    for path in names:
        gained = set(new.get(path, b"").splitlines()) - set(old.get(path, b"").splitlines())
        mine = all(line.split(b":")[0].decode("utf-8", "replace") in _names(user) for line in gained)
        if gained and mine:
            yield ("changed" if path in before.entries else "added"), path
    home = after.entries.get(user.home)
    if home is None or _SYSTEM.fullmatch(user.home) or user.home in before.entries or home.uid != user.uid:
        return
    yield "added", user.home
    for name in _SKELETON:
        skeleton, own = (after.entries.get(f"{folder}/{name}") for folder in ("/etc/skel", user.home))
        if skeleton and own and skeleton.digest == own.digest:
            yield "added", own.path


def _names(user: _User) -> tuple[str, ...]:
    return (user.name, user.group, *(str(number) for number in (user.uid, user.gid) if number is not None))


def _account(after: Files) -> _User:
    """Whom USER names, by the image's own accounts."""
    name, _, group = after.config.user.partition(":")
    contents = after.read_many(path for path in ("/etc/passwd", "/etc/group") if path in after.entries)
    users = _table(contents.get("/etc/passwd", b""))
    groups = _table(contents.get("/etc/group", b""))
    fields = _first(users, 2 if name.isdecimal() else 0, name)
    uid = int(name) if name.isdecimal() else _number(fields, 2)
    if group:
        gid = int(group) if group.isdecimal() else _number(_first(groups, 0, group), 2)
    else:
        gid = _number(fields, 3) if fields else 0
    home = posixpath.normpath("/" + fields[5].lstrip("/")) if fields and len(fields) > 5 else "/"
    named = _first(groups, 2, str(gid))
    return _User(fields[0] if fields else name, named[0] if named else "", uid, gid, home)


def _table(text: bytes) -> list[list[str]]:
    lines = (line.split(":") for line in text.decode("utf-8", "replace").splitlines())
    return [fields for fields in lines if len(fields) > 2]


def _first(table: list[list[str]], index: int, value: str) -> list[str] | None:
    return next((fields for fields in table if fields[index] == value), None)


def _number(fields: list[str] | None, index: int) -> int | None:
    return int(fields[index]) if fields and fields[index].isdecimal() else None


def _health(before: Files, after: Files) -> _Pairs:
    if after.config.healthcheck is not None and after.config.healthcheck != before.config.healthcheck:
        yield "config", "healthcheck"
        yield "behaviour", "healthy"


def _start(before: Files, after: Files) -> _Pairs:
    changed = [field for field in ("cmd", "entrypoint") if _differs(before, after, field)]
    for field in changed:
        yield "config", field
    if changed:
        # A package manager prints, keeps a log, and swallows the signal; whether the program runs at all
        # is no matter of taste.
        for subject in ("launcher", "writes", "stop_exit_code", "stop_seconds"):
            yield "behaviour", subject


def _env(before: Files, after: Files) -> _Pairs:
    old = dict(before.config.env)
    names = [name for name, value in after.config.env if _SETTINGS.fullmatch(name) and old.get(name) != value]
    for name in names:
        yield "config", f"env:{name}"
    if names:
        yield "behaviour", "stdout"
        yield "behaviour", "stderr"


def _expose(before: Files, after: Files) -> _Pairs:
    if set(after.config.exposed) > set(before.config.exposed):
        yield "config", "exposed"


def _server(before: Files, after: Files) -> _Pairs:
    started = " ".join((*(after.config.entrypoint or ()), *(after.config.cmd or ())))
    if "nginx" in started and _differs(before, after, "cmd"):
        for allowance in nginx.HARDENING.allows:
            yield allowance.kind, allowance.subject


def _differs(before: Files, after: Files, field: str) -> bool:
    old, new = (getattr(side.config, field) for side in (before, after))
    return bool(old != new)


_KINDS: Mapping[str, tuple[str, Callable[[Files, Files], _Pairs]]] = {
    "user": ("The container does not run as root.", _user),
    "health": ("The engine asks the program whether it is well.", _health),
    "gate": ("Production is built only when the tests or the scan pass.", lambda *_: iter(())),
    "start": ("The program is process 1 itself.", _start),
    "env": ("The settings that a runtime expects in production.", _env),
    "expose": ("The port that the program listens on is declared.", _expose),
    "server": (nginx.HARDENING.explanation, _server),
}
