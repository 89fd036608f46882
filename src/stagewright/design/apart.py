"""Commands that read nothing of the build context: they may as well run before the source is copied."""

from __future__ import annotations

import re

from stagewright.dockerfile import Dockerfile, Instruction, Stage
from stagewright.shell import Action, Command, commands_of, recognise, shell_in_force

# A name that pip takes for nothing but a distribution's, and options that read no file.
_NAME = re.compile(r"(?!.*\.(?:whl|zip|tar|gz|bz2|xz)\Z)[A-Za-z0-9][\w.-]*(?:\[[\w.,-]+\])?(?:[=<>!~][^/]*)?")
_READING_NOTHING = frozenset(
    {"--no-cache-dir", "--upgrade", "-U", "--no-compile", "--quiet", "-q", "--no-deps", "--no-input"}
    | {"--disable-pip-version-check", "--root-user-action=ignore"}
)
_OF_THE_SYSTEM = frozenset({"apt", "apk"})
_SYSTEM_NAME = re.compile(r"[a-z0-9][\w.+:-]*(?:[=<>~][^/]*)?")
_CACHES = re.compile(r"/(?:var/lib/apt/lists|var/cache|tmp|var/tmp|root/\.cache)/.*")


def reads_nothing(df: Dockerfile, stage: Stage, run: Instruction) -> bool:
    """Whether a RUN only installs packages by their names, with what goes with that."""
    script = commands_of(run, shell=shell_in_force(df, stage, run))
    mounts = all(flag.name == "mount" and "type=cache" in (flag.value or "") for flag in run.flags)
    return mounts and not script.opaque and bool(script.commands) and all(map(is_apart, script.commands))


def is_apart(command: Command) -> bool:
    """Whether a command reads and changes no file that a COPY of the context brings."""
    if command.redirections or None in command.args:
        return False
    actions = recognise(command)
    return command.name == "set" or (bool(actions) and all(map(_is_apart, actions)))


def is_by_name(action: Action) -> bool:
    """Whether pip installs what the command names, and reads no file for it."""
    return (
        (action.kind, action.tool, action.complete) == ("install", "pip", True)
        and bool(action.packages)
        and all(map(_NAME.fullmatch, action.packages))
        and _READING_NOTHING.issuperset(action.options)
    )


def _is_apart(action: Action) -> bool:
    if action.tool == "rm":
        return action.complete and all(map(_CACHES.fullmatch, action.packages))
    if action.tool in _OF_THE_SYSTEM:
        return action.complete and all(map(_SYSTEM_NAME.fullmatch, action.packages))
    return is_by_name(action)
