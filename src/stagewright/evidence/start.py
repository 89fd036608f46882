"""What a container starts: the words of ENTRYPOINT, CMD and health check, seen through shells and npm."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from stagewright.evidence.tree import ImageTree
from stagewright.model.image import ImageConfig
from stagewright.model.project import Consumer, Project
from stagewright.shell import Command, parse_shell, unwrapped, with_wrappers

SHELL_FIRST_LINE = re.compile(r".*\b(?:ba|da|a)?sh\b")
NODE = frozenset({"node", "nodejs"})
_SHELLS = frozenset({"sh", "bash", "dash", "ash"})
_BUILTINS = frozenset(
    {":", "[", "cd", "command", "echo", "eval", "exec", "exit", "export", "false", "kill", "printf", "read"}
    | {"return", "set", "test", "trap", "true", "type", "unset", "wait"}
)
_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


def commands(tree: ImageTree, project: Project) -> tuple[tuple[str, ...], ...]:
    """Each command that the configuration or a consumer starts, as words; variables' words are left out."""
    own = configured(tree.config)
    return tuple(dict.fromkeys((*own, *(one for user in project.consumers for one in commands_of(user)))))


def configured(config: ImageConfig) -> tuple[tuple[str, ...], ...]:
    """Each command that the image's own configuration starts, as words."""
    found = [(*(config.entrypoint or ()), *(config.cmd or ()))]
    if config.healthcheck:
        found.append(config.healthcheck.command)
    return tuple(one for words in found if words for one in _through_shell(words))


def absent_from_check(tree: ImageTree) -> str:
    """The program that the image lacks and without which its health check never passes; "" for none."""
    check = tree.config.healthcheck
    outer = parse_shell(shlex.join(check.command)).commands if check else ()
    commands = [inner for one in outer for inner in unwrapped(one)]
    for index, one in enumerate(commands):
        fails = all(
            other.operator == "&&" or other.name in ("exit", "false") for other in commands[index + 1 :]
        )
        if fails and not one.conditional and _is_absent(one, tree):
            return one.name
    return ""


def _is_absent(command: Command, tree: ImageTree) -> bool:
    known = command.program is not None and not command.assignments and command.name not in _BUILTINS
    return known and program_path(command.program or "", tree) is None


def commands_of(consumer: Consumer) -> tuple[tuple[str, ...], ...]:
    """Each command that a consumer starts in a container of the image, as words."""
    check = consumer.healthcheck.command if consumer.healthcheck else None
    found = (consumer.command, consumer.entrypoint, check)
    return tuple(dict.fromkeys(one for words in found if words for one in _through_shell(words)))


def _through_shell(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    name = words[0].rpartition("/")[2]
    if name in _SHELLS and "-c" in words[1:2] and len(words) > 2:
        script = parse_shell(words[2])
        inner = [(command.program, *command.words) for command in script.commands if command.program]
        return [(words[0],), *inner] if not script.opaque else [words]
    return [words]


def commands_in(text: str) -> list[tuple[str, ...]]:
    """Each command of a shell script, and what it runs, at once and in the end."""
    found = (one for command in parse_shell(text).commands for one in with_wrappers(command))
    return list(dict.fromkeys((one.program, *one.words) for one in found if one.program))


def scripts_of(words: tuple[str, ...], scripts: Mapping[str, str]) -> tuple[str, ...]:
    """The shell text that `npm start`, `npm run x`, `bun run x`, `yarn x` run; () where none is meant."""
    name = words[0].rpartition("/")[2]
    rest = [word for word in words[1:] if not word.startswith("-")]
    if name not in ("npm", "pnpm", "yarn", "bun") or not rest:
        return ()
    verb = rest[1] if rest[0] in ("run", "run-script") and len(rest) > 1 else rest[0]
    found = [scripts[key] for key in (f"pre{verb}", verb, f"post{verb}") if key in scripts]
    return tuple(found)


def program_path(name: str, tree: ImageTree) -> str | None:
    """Where a program lies in the image, links followed; None where PATH has no such."""
    place = program_place(name, tree)
    return tree.resolve(place) if place else None


def program_place(name: str, tree: ImageTree) -> str | None:
    """Where PATH finds a program, be it a link; None where it has no such."""
    if "/" in name:
        return name if name.startswith("/") else f"{tree.config.workdir}/{name}"
    path = dict(tree.config.env).get("PATH", ":".join(_FOLDERS))
    for folder in path.split(":"):
        place = f"{folder.rstrip('/')}/{name}"
        found = tree.resolve(place) if folder.startswith("/") else None
        entry = tree.entries.get(found) if found else None
        if entry and entry.type == "file":
            return place
    return None


def interpreter(first_line: str) -> str:
    """The program that a `#!` line (without the `#!`) names, `env` seen through; "" for none."""
    words = first_line.split()
    if len(words) > 1 and words[0].endswith("/env"):
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0] if words else ""


def is_shell(path: str, tree: ImageTree) -> bool:
    """Whether a file is a shell script, by its name or its first line."""
    return path.endswith((".sh", ".bash")) or bool(SHELL_FIRST_LINE.match(tree.shebangs.get(path, "")))


def looks_like_path(word: str) -> bool:
    return bool(re.fullmatch(r"[\w@./+-]+", word)) and ("/" in word or "." in word)
