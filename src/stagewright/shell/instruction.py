"""The commands of RUN, CMD, ENTRYPOINT and HEALTHCHECK CMD, with spans in the Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from stagewright.dockerfile import Dockerfile, Heredoc, Instruction, Span, Stage, Word
from stagewright.dockerfile.scope import parent
from stagewright.shell.parser import parse_shell
from stagewright.shell.script import Command, Script

POSIX_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "busybox"})
_WINDOWS_BASE = re.compile(r"windows|nanoserver|servercore|microsoft-windows", re.IGNORECASE)
_ONLY_HEREDOC = re.compile(r"\s*\d*<<-?\s*(?:\"[^\"]+\"|'[^']+'|[^\s<]++)\s*+(?P<reader>\S*+)\s*+$")
_SHEBANG = re.compile(r"#!\s*(?:\S*/env\s+(?:-S\s+)?)?(\S+)")


def commands_of(instruction: Instruction, *, shell: tuple[str, ...] | None = None) -> Script:
    """Read what the instruction runs; `shell` is the SHELL in force where it is not the default.

    JSON form gives one command. Anything that no POSIX shell reads is an opaque Script with the reason.
    """
    probe = instruction.keyword == "HEALTHCHECK"
    if probe and (not instruction.words or instruction.words[0].value.upper() != "CMD"):
        return Script(())
    words = instruction.words[1:] if probe else instruction.words
    if instruction.json:
        return Script((_exec_form(words),) if words else ())
    if shell and not is_posix(shell):
        return Script.unread(f"{shell[0]} is not a POSIX shell")
    if instruction.heredocs:
        return _heredoc_form(instruction)
    start = len("CMD") if probe else 0
    script = parse_shell(instruction.rest[start:])
    return _mapped(script, lambda offset: instruction.source_offset(start + offset))


def is_posix(shell: tuple[str, ...]) -> bool:
    """Whether a SHELL is one whose language is read here: `("/bin/bash", "-c")`, `("env", "sh")`."""
    return any(_name(word) in POSIX_SHELLS for word in shell)


def shell_in_force(df: Dockerfile, stage: Stage, instruction: Instruction) -> tuple[str, ...] | None:
    """The last SHELL before the instruction, in its stage or in those it stands on; None: the default."""
    limit = instruction.span.start
    current: Stage | None = stage
    while current is not None:
        for step in reversed(current.instructions):
            if step.keyword == "SHELL" and step.json and step.span.start < limit:
                return tuple(word.value for word in step.words)
        if _WINDOWS_BASE.search(current.base):
            return ("cmd", "/S", "/C")
        current = parent(df, current, current.base)
    return None


def posix_shell(df: Dockerfile, stage: Stage, instruction: Instruction) -> bool:
    """Whether a POSIX shell reads the instruction's shell form."""
    shell = shell_in_force(df, stage, instruction)
    return shell is None or is_posix(shell)


def _name(path: str) -> str:
    return re.split(r"[\\/]", path)[-1].removesuffix(".exe")


def _exec_form(words: tuple[Word, ...]) -> Command:
    values = tuple(word.value for word in words)
    span = Span(words[0].span.start, words[-1].span.end)
    return Command(program=values[0], args=values[1:], raw=values, span=span)


def _heredoc_form(instruction: Instruction) -> Script:
    """As BuildKit does: a lone here-document is the script, any other is handed to the shell as it stands."""
    first = instruction.heredocs[0]
    lone = _ONLY_HEREDOC.match(instruction.rest) if len(instruction.heredocs) == 1 else None
    if lone is None:
        return _with_bodies(instruction)
    shebang = _SHEBANG.match(first.content)
    reader = lone["reader"] or (shebang[1] if shebang else "sh")
    if _name(reader) not in POSIX_SHELLS:
        return Script.unread(f"the here-document is read by {_name(reader)}, not by a shell")
    return _mapped(parse_shell(first.content), _body_offsets(first))


def _with_bodies(instruction: Instruction) -> Script:
    text = instruction.rest
    pieces: list[tuple[int, Callable[[int], int]]] = [(0, instruction.source_offset)]
    for heredoc in instruction.heredocs:
        text += "\n"
        pieces.append((len(text), _body_offsets(heredoc)))
        text += f"{heredoc.content}{heredoc.name}"

    def source(offset: int) -> int:
        start, inside = next(piece for piece in reversed(pieces) if piece[0] <= offset)
        return inside(offset - start)

    return _mapped(parse_shell(text), source)


def _body_offsets(heredoc: Heredoc) -> Callable[[int], int]:
    start, end = heredoc.span.start, heredoc.span.end
    return lambda offset: min(start + offset, end)


def _mapped(script: Script, source: Callable[[int], int]) -> Script:
    commands = tuple(
        replace(command, span=Span(source(command.span.start), source(command.span.end - 1) + 1))
        for command in script.commands
    )
    return script._replace(commands=commands)
