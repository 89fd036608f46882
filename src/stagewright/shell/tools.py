"""What a command installs, builds, caches, cleans, by the one table of tools."""

from __future__ import annotations

import re
from typing import NamedTuple

from stagewright.shell.script import Command
from stagewright.shell.tool_table import TOOLS, Kind, Tool
from stagewright.shell.unwrap import unwrapped


class Action(NamedTuple):
    """What a command does.

    `packages` are the static names given on the command line; empty for an install from a manifest.
    `complete` is False where some argument is known only at run time. `production` says that development
    dependencies are left out. `options` are the words that start with a dash. `command` is the command
    after its wrappers were seen through.
    """

    kind: Kind
    tool: str
    command: Command
    packages: tuple[str, ...] = ()
    production: bool = False
    complete: bool = True
    options: tuple[str, ...] = ()


_BY_NAME = {name: tool for tool in TOOLS for name in (tool.name, *tool.aliases)}
_SCRIPT_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"(?:pre|post)?(?:build|compile|bundle|generate|prod|dist)\b"), "build"),
    (re.compile(r"(?:test|lint|check|typecheck|coverage|e2e|audit)\b"), "test"),
    (re.compile(r"(?:start|serve|dev|preview|watch)\b"), "start"),
)
_VERSIONED = re.compile(r"(pip|python|gcc|g\+\+|clang|clang\+\+)-?\d[\d.]*$")
_CACHE_PATHS = re.compile(
    r"/var/lib/apt/lists|/var/cache/(?:apt|apk|yum|dnf)|/etc/apk/cache|\.cache(?:/|$)|\.npm(?:/|$)|/go/pkg/mod"
    r"|/root/\.(?:cache|npm|m2|gradle|cargo)|/tmp/\*"
)


def recognise(command: Command) -> tuple[Action, ...]:
    """What the command does, wrappers seen through; empty for a program that the table does not hold."""
    return tuple(action for inner in unwrapped(command) for action in _recognise(inner))


def _recognise(command: Command) -> tuple[Action, ...]:
    name = command.name
    if versioned := _VERSIONED.match(name):
        name = versioned[1]
    if name == "rm":
        cleans = any(_CACHE_PATHS.search(word) for word in command.words)
        paths = tuple(word for word in command.words if not word.startswith("-"))
        return (Action("clean", "rm", command, paths),) if cleans else ()
    if name == "python":
        return _python(command)
    tool = _BY_NAME.get(name)
    return _by_table(tool, command) if tool else ()


def _python(command: Command) -> tuple[Action, ...]:
    words = command.words
    if words[:1] == ("setup.py",) and len(words) > 1:
        kind: Kind = "install" if words[1] in {"install", "develop"} else "build"
        return (Action(kind, "setuptools", command),)
    if words[:2] == ("-m", "build"):
        return (Action("build", "python-build", command),)
    return ()


def _by_table(tool: Tool, command: Command) -> tuple[Action, ...]:
    options, plain, complete = _split(tool, command)
    verb, kind = _verb(tool, options, plain)
    if kind is None:
        return ()
    packages = tuple(plain[len(verb.split()) :]) if kind in {"install", "prune", "fetch"} else ()
    production = _is_production(tool, command, options)
    return (Action(kind, tool.name, command, packages, production, complete, options),)


def _split(tool: Tool, command: Command) -> tuple[tuple[str, ...], list[str], bool]:
    """Options (with the values that follow them), plain words, and whether all of it is static."""
    options: list[str] = []
    plain: list[str] = []
    complete = True
    words = iter(command.args)
    for word in words:
        if word is None:
            complete = False
        elif word.startswith("-") and len(word) > 1:
            options.append(word)
            if word in tool.with_value:
                options.append(next(words, None) or "")
        else:
            plain.append(word)
    return tuple(options), plain, complete


def _verb(tool: Tool, options: tuple[str, ...], plain: list[str]) -> tuple[str, Kind | None]:
    if tool.scripts and plain[:1] in (["run"], ["run-script"]) and len(plain) > 1:
        return "run", _script_kind(plain[1])
    if tool.goals and plain:
        kinds = [tool.verbs.get(word, tool.any_verb) for word in plain]
        return "", next((kind for kind in reversed(kinds) if kind not in {None, "clean"}), kinds[-1])
    for length in (2, 1):
        verb = " ".join(plain[:length])
        if len(plain) >= length and verb in tool.verbs:
            return verb, tool.verbs[verb]
    for option in options:
        if option in tool.verbs:
            return "", tool.verbs[option]
    if not plain and "" in tool.verbs:
        return "", tool.verbs[""]
    if tool.scripts and plain and plain[0] != "run":
        return "", _script_kind(plain[0]) if tool.name != "npm" else None
    return "", tool.any_verb


def _script_kind(script: str) -> Kind | None:
    base = script.rpartition("/")[2]
    return next((kind for pattern, kind in _SCRIPT_KINDS if pattern.match(base)), None)


def _is_production(tool: Tool, command: Command, options: tuple[str, ...]) -> bool:
    if tool.production and tool.production.search(" ".join(options)):
        return True
    return any(tool.environment.get(name) == value for name, value in command.assignments)
