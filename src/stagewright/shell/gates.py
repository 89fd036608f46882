"""Stages that test or scan while they are built."""

from __future__ import annotations

import re

from stagewright.dockerfile import Dockerfile, Stage
from stagewright.shell.instruction import commands_of, shell_in_force
from stagewright.shell.script import Command
from stagewright.shell.tools import recognise

_NAME = re.compile(r"(?:unit-?|e2e-?)?(?:test(?:er|s|ing)?|lint(?:er)?|scan(?:ner)?|audit|check|security)")
# They prepare what is tested, and judge nothing.
_PREPARING = frozenset(
    ("cd", "chmod", "chown", "cp", "echo", "export", "ln", "mkdir", "mv", "rm", "set", "touch", "true")
)


def is_gate(name: str) -> bool:
    """Whether a stage of that name is there to test or to scan."""
    return _NAME.fullmatch(name) is not None


def gates(df: Dockerfile) -> tuple[Stage, ...]:
    """The stages whose build fails when their tests or their scan do: what only a CMD tests is none."""
    return tuple(stage for stage in df.stages if is_gate(stage.name or "") and _checks(df, stage))


def _checks(df: Dockerfile, stage: Stage) -> bool:
    runs = (one for one in stage.instructions if one.keyword == "RUN")
    scripts = [commands_of(run, shell=shell_in_force(df, stage, run)) for run in runs]
    return any(script.opaque or any(map(_is_check, script.commands)) for script in scripts)


def _is_check(command: Command) -> bool:
    """A program that no table knows may be a test of its own."""
    if actions := recognise(command):
        return any(action.kind == "test" for action in actions)
    return command.name not in _PREPARING
