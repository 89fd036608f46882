"""Programs that run another one: `sudo`, `env`, `sh -c`, `python -m`, `npx` are seen through."""

from __future__ import annotations

import re
from dataclasses import replace

from stagewright.shell.parser import parse_shell
from stagewright.shell.script import Command

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh"})
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*$")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_DEEPEST = 8

# Wrapper → its options that take a value in the next word.
_WRAPPERS: dict[str, frozenset[str]] = {
    "sudo": frozenset({"-u", "-g", "-h", "-p", "-C", "--user", "--group"}),
    "env": frozenset({"-u", "-C", "--unset", "--chdir"}),
    "exec": frozenset({"-a"}),
    "command": frozenset(),
    "builtin": frozenset(),
    "eatmydata": frozenset(),
    "nohup": frozenset(),
    "time": frozenset({"-f", "-o"}),
    "nice": frozenset({"-n"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "catchsegv": frozenset(),
    "tini": frozenset({"-e", "-p"}),
    "catatonit": frozenset(),
    "setpriv": frozenset({"--reuid", "--regid", "--groups"}),
    "dumb-init": frozenset({"-r", "--rewrite"}),
    "cross-env": frozenset(),
    "busybox": frozenset(),
    "corepack": frozenset(),
    "npx": frozenset({"-p", "--package", "-c", "--call"}),
    "bunx": frozenset(),
    "xvfb-run": frozenset({"-n", "-s", "--server-args", "--server-num"}),
    "dotenv": frozenset({"-e"}),
}
# Wrappers that take one plain word before the command: a user, a duration.
_ONE_WORD_FIRST = {
    "timeout": frozenset({"-k", "-s"}),
    "gosu": frozenset[str](),
    "su-exec": frozenset[str](),
    "s6-setuidgid": frozenset[str](),
}
_RUNNERS = frozenset(
    {("npm", "exec"), ("pnpm", "exec"), ("pnpm", "dlx"), ("yarn", "exec"), ("yarn", "dlx"), ("bun", "x")}
    | {("uv", "run"), ("poetry", "run"), ("pipenv", "run"), ("pdm", "run"), ("bundle", "exec")}
)


def unwrapped(command: Command) -> tuple[Command, ...]:
    """The commands that are run in the end; the command itself where nothing wraps another.

    Inner commands of `sh -c "…"` carry the span of the whole outer command.
    """
    return _unwrapping(command)[-1]


def with_wrappers(command: Command) -> tuple[Command, ...]:
    """The command, those that it runs, and those that run in the end: all of them have to be there."""
    return tuple(dict.fromkeys(one for step in _unwrapping(command) for one in step))


def _unwrapping(command: Command) -> list[tuple[Command, ...]]:
    found: list[tuple[Command, ...]] = [(command,)]
    for _ in range(_DEEPEST):
        inner = tuple(step for outer in found[-1] for step in _step(outer))
        if inner == found[-1]:
            break
        found.append(inner)
    return found


def _step(command: Command) -> tuple[Command, ...]:
    name, args = command.name, command.args
    if name in _SHELLS:
        return _shell_text(command)
    if _PYTHON.match(name):
        return _python_module(command)
    if args and (name, args[0]) in _RUNNERS:
        return _shifted(command, 1, frozenset({"--with", "--extra", "--group", "-p", "--python"}))
    if name in _ONE_WORD_FIRST:
        start = _skip_options(args, 0, _ONE_WORD_FIRST[name]) + 1
        return _shifted(command, start, frozenset())
    if name in _WRAPPERS:
        return _shifted(command, 0, _WRAPPERS[name])
    return (command,)


def _skip_options(args: tuple[str | None, ...], start: int, with_value: frozenset[str]) -> int:
    index = start
    while index < len(args):
        word = args[index]
        if word == "--":
            return index + 1
        if word is None or not word.startswith("-"):
            break
        index += 2 if word in with_value else 1
    return index


def _shifted(command: Command, start: int, with_value: frozenset[str]) -> tuple[Command, ...]:
    """The command without its wrapper, with the wrapper's assignments (`env A=b cmd`)."""
    index = _skip_options(command.args, start, with_value)
    assigned = list(command.assignments)
    while index < len(command.args):
        word = command.args[index]
        if word is None or not _ASSIGNMENT.match(word):
            break
        name, _, value = word.partition("=")
        assigned.append((name, value))
        index += 1
    if index >= len(command.args):
        return (command,)
    program, *args = command.args[index:]
    return (
        replace(
            command,
            program=program,
            args=tuple(args),
            raw=command.raw[index + 1 :],
            assignments=tuple(assigned),
        ),
    )


def _shell_text(command: Command) -> tuple[Command, ...]:
    for index, word in enumerate(command.args):
        if word is None or not re.match(r"[-+]", word):
            break
        if re.match(r"-[a-z]*c$", word):
            text = command.args[index + 1] if index + 1 < len(command.args) else None
            inner = parse_shell(text).commands if text else ()
            nested = tuple(
                replace(
                    step,
                    span=command.span,
                    operator=step.operator or command.operator,
                    depth=step.depth + command.depth,
                    conditional=step.conditional or command.conditional,
                )
                for step in inner
            )
            return nested or (command,)
    return (command,)


def _python_module(command: Command) -> tuple[Command, ...]:
    for index, word in enumerate(command.args):
        if word is None or not word.startswith("-"):
            break
        if word == "-m" and index + 1 < len(command.args):
            module = command.args[index + 1]
            if module in {"pip", "pip3", "uv", "poetry", "pipenv", "pdm", "pytest", "gunicorn", "uvicorn"}:
                rest = command.args[index + 2 :]
                return (replace(command, program=module, args=rest, raw=command.raw[index + 2 :]),)
    return (command,)
