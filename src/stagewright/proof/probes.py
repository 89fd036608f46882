"""Probes: their text form, and those that a project's code suggests."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from stagewright.errors import UsageError
from stagewright.model.project import Project
from stagewright.model.run import Answer, Probe
from stagewright.project.text import read_sources

FORMS = "http:PORT/PATH[=STATUS][~REGEX], tcp:PORT, exec:COMMAND[=EXIT][~REGEX], log~REGEX"
MOST = 16
_SOURCES = (".js", ".mjs", ".cjs", ".ts", ".mts", ".jsx", ".tsx", ".py", ".go", ".rb", ".php", ".java", ".rs")
# What is quoted or escaped belongs to the command; a plain `=N` at its end, or a plain `~`, does not.
_EXEC = re.compile(
    r"""(?P<command>(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^'"\\~])*?)"""
    r"""(?:(?<=\S)=(?P<exit>\d{1,3}))?(?:~(?P<pattern>.*))?""",
    re.S,
)
_NOT_SERVED = re.compile(
    r"(?:^|/)(?:tests?|__tests__|node_modules|spec|e2e)(?:/|$)|[._]test\.|_test\.|\.spec\."
)
# A route as frameworks take it: `app.get("/x"`, `@router.get`, `HandleFunc("GET /x"`, `pathname === "/x"`.
_ROUTE = re.compile(
    r"""(?:\.(?:get|route|all)\(|(?:Handle|HandleFunc|Get|GET)\(|===?|path\()\s*["'`](?:GET )?"""
    r"""(?P<path>/[A-Za-z0-9_./-]{0,60})["'`]"""
)
_HEALTH = ("/health", "/healthz", "/api/health", "/livez", "/readyz", "/ready", "/ping", "/status")
_CHANGING = re.compile(r"log-?out|sign-?out|delete|remove|shutdown|quit|exit|reset|kill|stop", re.I)
_ASSET = re.compile(r"""(?:src|href)=["'](/[A-Za-z0-9_./@-]{1,200})["']""")


def parse(text: str, origin: str = "given") -> Probe:
    """One probe. Raises UsageError, which names the column."""
    if text.startswith("log"):
        return Probe("log", pattern=_pattern(text, 3, required=True), origin=origin)
    kind, colon, rest = text.partition(":")
    if not colon or kind not in ("http", "tcp", "exec"):
        raise _wrong(text, 1, "no such kind of probe")
    start = len(kind) + 1
    if kind == "exec":
        return _exec(text, start, origin)
    head, tilde, _ = rest.partition("~")
    pattern = _pattern(text, start + len(head), required=False) if tilde else ""
    found = re.match(r"\d{1,9}(?!\d)", head)
    if not found or not 0 < int(found[0]) < 65536:
        raise _wrong(text, start + 1, "a port from 1 to 65535 is expected")
    tail = head[found.end() :]
    if kind == "tcp":
        if tail or tilde:
            raise _wrong(text, start + found.end() + 1, "nothing is expected after the port")
        return Probe("tcp", port=int(found[0]), origin=origin)
    answer = re.fullmatch(r"(?P<path>/.*?)?(?:=(?P<status>[1-5]\d\d))?", tail)
    if not answer or re.search(r"\s", tail):
        raise _wrong(text, start + found.end() + 1, "a path that starts with / is expected")
    status = int(answer["status"]) if answer["status"] else None
    return Probe("http", int(found[0]), answer["path"] or "/", (), status, pattern, origin)


def _exec(text: str, start: int, origin: str) -> Probe:
    parts = _EXEC.fullmatch(text, start)
    try:
        words = tuple(shlex.split(parts["command"] if parts else text[start:]))
    except ValueError as error:
        raise _wrong(text, start + 1, str(error).lower()) from error
    if not words or parts is None:
        raise _wrong(text, start + 1, "a command is expected")
    status = int(parts["exit"]) if parts["exit"] else None
    tilde = parts.start("pattern") - 1
    pattern = _pattern(text, tilde, required=False) if parts["pattern"] is not None else ""
    return Probe("exec", command=words, expect=status, pattern=pattern, origin=origin)


def checks(project: Project | None) -> tuple[Probe, ...]:
    """The health checks that those who use the image bring themselves, as commands."""
    declared = [one.healthcheck.command for one in project.consumers if one.healthcheck] if project else []
    commands = dict.fromkeys(command for command in declared if command)
    return tuple(Probe("exec", command=command, origin="found") for command in commands)[:MOST]


def found(project: Project | None, ports: Iterable[str]) -> tuple[Probe, ...]:
    """Probes for the ports that a run bound: `/`, and the literal routes of the code, by GET alone."""
    numbers = [int(port.partition("/")[0]) for port in ports if port.endswith("/tcp")]
    paths = ("/", *routes(project)) if project else ("/",)
    return tuple(Probe("http", number, path, origin="found") for number in numbers for path in paths)[:MOST]


def routes(project: Project) -> tuple[str, ...]:
    """The literal routes that the code names, health paths first; none whose name speaks of an end."""
    named: set[str] = set()
    for path, text in read_sources(project, _SOURCES):
        if not _NOT_SERVED.search(path):
            named.update(match["path"] for match in _ROUTE.finditer(text))
    named = {path for path in named if path != "/" and "//" not in path and not _CHANGING.search(path)}
    health = [path for path in _HEALTH if path in named]
    return (*health, *sorted(named - set(health)))[: MOST - 1]


def linked(probe: Probe, answer: Answer) -> tuple[Probe, ...]:
    """Probes for the scripts, styles and pictures of this server that a page names."""
    if probe.kind != "http" or "text/html" not in dict(answer.headers).get("content-type", ""):
        return ()
    paths = dict.fromkeys(_ASSET.findall(answer.body))
    wanted = [path for path in paths if not _CHANGING.search(path) and not path.startswith("//")]
    return tuple(Probe("http", probe.port, path, origin="found") for path in wanted[: MOST // 2])


def _pattern(text: str, at: int, *, required: bool) -> str:
    if text[at : at + 1] != "~":
        raise _wrong(text, at + 1, "~REGEX is expected")
    pattern = text[at + 1 :]
    if required and not pattern:
        raise _wrong(text, at + 2, "a pattern is expected")
    try:
        re.compile(pattern)
    except re.error as error:
        raise _wrong(text, at + 2 + (error.pos or 0), f"not a regular expression: {error.msg}") from error
    except (OverflowError, RecursionError) as error:
        raise _wrong(text, at + 2, "not a regular expression: too large") from error
    return pattern


def _wrong(text: str, column: int, what: str) -> UsageError:
    return UsageError(f"probe {text!r}, column {column}: {what}", f"Probes are {FORMS}.")
