"""Commands that read nothing of the build context, and commands that are the same after an installation."""

from __future__ import annotations

import posixpath
import re

from stagewright.dockerfile import Dockerfile, Instruction, Stage
from stagewright.images import TOOL_CHAIN
from stagewright.shell import Action, Command, Script, commands_of, recognise, shell_in_force

# A name that pip takes for nothing but a distribution's, and options that read no file.
_NAME = re.compile(r"(?!.*\.(?:whl|zip|tar|gz|bz2|xz)\Z)[A-Za-z0-9][\w.-]*(?:\[[\w.,-]+\])?(?:[=<>!~][^/]*)?")
_READING_NOTHING = frozenset(
    {"--no-cache-dir", "--upgrade", "-U", "--no-compile", "--quiet", "-q", "--no-deps", "--no-input"}
    | {"--disable-pip-version-check", "--root-user-action=ignore"}
)
_OF_THE_SYSTEM = frozenset({"apt", "apk"})
_SYSTEM_NAME = re.compile(r"[a-z0-9][\w.+:-]*(?:[=<>~][^/]*)?")
_CACHES = re.compile(r"/(?:var/lib/apt/lists|var/cache|tmp|var/tmp|root/\.cache)/.*")
# What a build that finds it may do otherwise.
_LOOKED_FOR = re.compile(rf"{TOOL_CHAIN.pattern}|build-dep|(?:git|node|npm|perl|php|python|ruby).*")
_BUILDS = frozenset({"install", "build", "test", "prune", "clean"})
_MANAGERS = _OF_THE_SYSTEM | {"dpkg", "dnf", "zypper", "pacman"}
_ON_FILES = frozenset(
    {"cd", "chgrp", "chmod", "chown", "cp", "echo", "ln", "mkdir", "mv", "rm", "set", "touch", "true"}
)
_SYSTEM = re.compile(
    r"/|(?:~|\.\.).*|/(?:bin|boot|dev|etc|lib\w*|proc|root|run|sbin|sys|tmp|var)(?:/.*)?"
    r"|/usr(?:/(?!src/|local/app(?:/|\Z)).*)?"
)


def reads_nothing(df: Dockerfile, stage: Stage, run: Instruction) -> bool:
    """Whether a RUN only installs packages by their names, with what goes with that."""
    script = _script(df, stage, run)
    mounts = all(flag.name == "mount" and "type=cache" in (flag.value or "") for flag in run.flags)
    return mounts and not script.opaque and bool(script.commands) and all(map(is_apart, script.commands))


def is_apart(command: Command) -> bool:
    """Whether a command reads and changes no file that a COPY of the context brings."""
    if command.redirections or None in command.args:
        return False
    actions = recognise(command)
    return command.name == "set" or (bool(actions) and all(map(_is_apart, actions)))


def is_missed_by_none(df: Dockerfile, stage: Stage, run: Instruction) -> bool:
    """Whether what a RUN that reads nothing installs may be there before a build: no build looks for it."""
    return all(_is_addition(action) for one in _script(df, stage, run).commands for action in recognise(one))


def misses_nothing(df: Dockerfile, stage: Stage, run: Instruction) -> bool:
    """Whether a RUN builds, and leaves the system's own packages and settings alone."""
    script = _script(df, stage, run)
    return not script.opaque and all(map(_leaves_the_system, script.commands))


def is_of_the_system(path: str) -> bool:
    """Whether installations of packages may read or write there; a path below the current folder is not."""
    return _SYSTEM.fullmatch(re.sub(r"\A/+", "/", posixpath.normpath(path))) is not None


def _script(df: Dockerfile, stage: Stage, run: Instruction) -> Script:
    return commands_of(run, shell=shell_in_force(df, stage, run))


def _is_apart(action: Action) -> bool:
    if action.tool == "rm":
        return action.complete and all(map(_CACHES.fullmatch, action.packages))
    if action.tool in _OF_THE_SYSTEM:
        return action.complete and all(map(_SYSTEM_NAME.fullmatch, action.packages))
    return _is_by_name(action)


def _is_by_name(action: Action) -> bool:
    """Whether pip installs what the command names, and reads no file for it."""
    return (
        (action.kind, action.tool, action.complete) == ("install", "pip", True)
        and bool(action.packages)
        and all(map(_NAME.fullmatch, action.packages))
        and _READING_NOTHING.issuperset(action.options)
    )


def _is_addition(action: Action) -> bool:
    if action.kind != "install":
        return action.kind in ("cache", "clean")
    names = [re.split(r"[=<>~:]", word)[0] for word in action.command.words]
    by_name = action.tool in _OF_THE_SYSTEM and bool(action.packages)
    return by_name and not any(map(_LOOKED_FOR.fullmatch, names))


def _leaves_the_system(command: Command) -> bool:
    written = [one.target for one in command.redirections if one.target != "/dev/null"]
    if any(target is None or is_of_the_system(target) for target in written):
        return False
    if command.name in _ON_FILES:
        return None not in command.args and not any(map(is_of_the_system, command.words))
    actions = recognise(command)
    return bool(actions) and all(one.kind in _BUILDS and one.tool not in _MANAGERS for one in actions)
