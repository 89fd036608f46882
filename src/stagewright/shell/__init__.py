"""Shell text of a Dockerfile → commands, and what they do."""

from stagewright.shell.gates import gates, is_gate
from stagewright.shell.instruction import commands_of, is_posix, posix_shell, shell_in_force
from stagewright.shell.parser import parse_shell
from stagewright.shell.script import Command, Redirection, Script
from stagewright.shell.tools import Action, recognise
from stagewright.shell.unwrap import unwrapped, with_wrappers

__all__ = [
    "Action",
    "Command",
    "Redirection",
    "Script",
    "commands_of",
    "gates",
    "is_gate",
    "is_posix",
    "parse_shell",
    "posix_shell",
    "recognise",
    "shell_in_force",
    "unwrapped",
    "with_wrappers",
]
