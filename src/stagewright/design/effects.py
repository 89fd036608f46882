"""What a command of a RUN leaves in the image, as far as its text says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from stagewright.shell import Action, Command, recognise

PREFIX = "/usr/local"
ACCOUNTS = ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow")
# What the language's own image installs below PREFIX, with the options that lead elsewhere.
_INSTALLERS: Mapping[tuple[str, str], frozenset[str]] = {
    ("python", "pip"): frozenset({"-t", "--target", "--user", "--prefix", "--root"}),
    ("python", "setuptools"): frozenset({"--user", "--prefix", "--root", "--home"}),
    ("ruby", "gem"): frozenset({"-i", "--install-dir", "--user-install", "-n", "--bindir"}),
    ("ruby", "bundler"): frozenset({"--path", "--binstubs"}),
    ("node", "npm"): frozenset({"--prefix", "-C"}),
    ("node", "yarn"): frozenset({"--prefix", "--global-folder"}),
}
_GLOBAL = frozenset({"-g", "--global", "global"})
# They write below the folder where they run, and below absolute paths that they are given.
_SCRIPTS = frozenset({"npm", "yarn", "pnpm", "bun"})
_UNPACKERS = frozenset({"tar", "unzip"})
_COMPILERS = frozenset({"cc", "gcc", "g++", "c++", "clang", "clang++"})
_IN_FOLDER = _SCRIPTS | {
    *("vite", "next", "nuxt", "nest", "astro", "tsc", "tsup", "esbuild", "swc", "rollup", "babel", "webpack"),
    *("parcel", "gulp", "grunt", "bower", "turbo", "ng", "vue-cli-service", "react-scripts", "python-build"),
    *("maven", "gradle", "make", "cmake", "configure", "curl", "wget"),
    *("pytest", "tox", "jest", "vitest", "mocha", "rspec"),
}
_OPTION_WITH_PATH = re.compile(r"-[\w-]*=?(?P<path>[/~].*)")
# What their options name is for a later installation.
_CONFIGURE = frozenset({"cmake", "configure"})
# They change the paths that they name, after one other word.
_MARKERS = frozenset({"chmod", "chown", "chgrp"})
_CHANGERS = _MARKERS | {"sed"}
_PRESERVE = re.compile(r"-[a-zA-Z]*[ap][a-zA-Z]*|--archive|--preserve.*")
_SILENT = frozenset(
    {
        *("true", "false", ":", "test", "[", "set", "export", "exit", "echo", "printf", "cat", "ls", "pwd"),
        *("id", "whoami", "uname", "nproc", "date", "sleep", "grep"),
    }
)
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+(?:=[\w.+:~-]+)?")
_GLOB = re.compile(r"[*?\[{]")


class Effect(NamedTuple):
    """`makes`: the path is there afterwards; `changes`: something at it or below it; `removes`: it is gone;
    `marks`: its owner or mode may be another one than root's 0755.

    Paths may be relative to the folder where the command runs. `installs` and `purges` name a package of
    the distribution; `recommends` says that what it recommends comes along.
    """

    kind: Literal["makes", "changes", "removes", "marks", "installs", "purges", "recommends"]
    subject: str


class Untold(Exception):
    """What the text does not tell, as the object of a sentence."""


def effects(command: Command, family: str, *, as_usual: bool) -> Iterator[Effect]:
    """Raises Untold. `family` is the base's; `as_usual`: its tools install where they do by default."""
    name = command.name
    if name in _SILENT or not command.raw or command.words == ("--version",):
        return
    if name == "rm":
        yield from (Effect("removes", _fixed(path)) for path in _plain(command))
    elif name not in _COMPILERS and (actions := recognise(command)):
        for action in actions:
            yield from _of_action(action, family, as_usual)
    elif name in _COMPILERS:
        yield from _compiled(command)
    elif name in _UNPACKERS or (name in _SCRIPTS and command.words[:1] in (("run",), ("run-script",))):
        yield from _below_folder(command)
    else:
        yield from _of_paths(command)


def _of_action(action: Action, family: str, as_usual: bool) -> Iterator[Effect]:
    tool, command = action.tool, action.command
    if action.kind in ("cache", "clean"):
        return
    if not action.complete:
        raise Untold(f"what `{command.name}` is given")
    everywhere = not _GLOBAL.isdisjoint(command.words)
    if tool == "apt":
        yield from _apt(action)
    elif (
        (family, tool) in _INSTALLERS and (everywhere or tool not in _IN_FOLDER) and action.kind == "install"
    ):
        options = {option.partition("=")[0] for option in action.options}
        if not as_usual or options & _INSTALLERS[family, tool]:
            raise Untold(f"where `{command.name}` installs")
        yield Effect("makes", PREFIX)
        if options & {"-e", "--editable", "--deployment"}:
            yield Effect("changes", ".")
    elif tool == "git" and command.words[:1] == ("clone",):
        yield from _clone(command)
    elif tool in _IN_FOLDER and not everywhere and (tool != "make" or not _installs(command)):
        yield from _below_folder(command)
    else:
        raise Untold(f"where `{command.name}` writes")


def _installs(command: Command) -> bool:
    return any(word.startswith("install") for word in command.words)


def _apt(action: Action) -> Iterator[Effect]:
    words = action.command.words
    if action.kind == "prune":
        yield from (Effect("purges", name) for name in action.packages)
        return
    if not action.packages or "-t" in words or "--target-release" in words:
        raise Untold(f"which packages `{' '.join(action.command.raw)}` changes")
    for name in action.packages:
        if not _PACKAGE.fullmatch(name):
            raise Untold(f"which package {name} is")
        yield Effect("installs", name)
    if "--no-install-recommends" not in words:
        yield Effect("recommends", "")


def _clone(command: Command) -> Iterator[Effect]:
    plain = list(_plain(command))[1:]
    address = next((at for at, word in enumerate(plain) if "/" in word or ":" in word), None)
    if address is None or len(plain) - address > 2:
        raise Untold("where `git clone` writes")
    name = plain[address].rstrip("/").rpartition("/")[2].removesuffix(".git")
    yield Effect("makes", plain[-1] if len(plain) - address == 2 else name)


def _below_folder(command: Command) -> Iterator[Effect]:
    if None in command.args:
        raise Untold(f"what `{command.name}` is given")
    yield Effect("changes", ".")
    if command.name in _UNPACKERS:
        yield Effect("marks", ".")
    for word in command.words:
        if word.startswith(("/", "~", "..")):
            yield Effect("changes", word)
            if command.name in _UNPACKERS:
                yield Effect("marks", word)
        elif (option := _OPTION_WITH_PATH.fullmatch(word)) and command.name not in _CONFIGURE:
            yield Effect("changes", option["path"])


def _compiled(command: Command) -> Iterator[Effect]:
    if None in command.args:
        raise Untold(f"what `{command.name}` is given")
    words = command.words
    outputs = [words[at + 1] for at, word in enumerate(words[:-1]) if word == "-o"]
    yield from (Effect("makes", path) for path in outputs)
    if not outputs:
        yield Effect("changes", ".")


def _of_paths(command: Command) -> Iterator[Effect]:
    name, plain = command.name, list(_plain(command))
    if name in ("mkdir", "touch") and not {"-m", "-d", "-t", "-r"} & set(command.words):
        yield from (Effect("makes", word) for word in plain)
    elif name in ("venv", "virtualenv") and plain:
        yield Effect("makes", plain[-1])
    elif name in ("cp", "mv") and len(plain) > 1:
        yield Effect("makes" if not plain[-1].endswith("/") else "changes", plain[-1])
        if name == "mv" or any(map(_PRESERVE.fullmatch, command.words)):
            yield Effect("marks", plain[-1])
        if name == "mv":
            yield from (Effect("removes", _fixed(word)) for word in plain[:-1])
    elif name in _CHANGERS:
        paths = [_fixed(word) for word in plain[1:]]
        yield from (Effect("changes", path) for path in paths)
        yield from (Effect("marks", path) for path in paths if name in _MARKERS)
    elif name in ("useradd", "groupadd"):
        yield from (Effect("makes", path) for path in ACCOUNTS)
        if name == "useradd":
            yield from _home(command.words)
    else:
        raise Untold(f"where `{name or command.raw[0]}` writes")


def _home(words: tuple[str, ...]) -> Iterator[Effect]:
    if not any(re.fullmatch(r"-[a-zA-Z]*m|--create-home", word) for word in words):
        return
    if any(re.match(r"-b|--base-dir|--root|-R|--home", word) for word in words) or words[-1].startswith("-"):
        raise Untold("where the user's home is")
    given = [words[at + 1] for at, word in enumerate(words[:-1]) if re.fullmatch(r"-[a-zA-Z]*d", word)]
    home = given[0] if given else f"/home/{words[-1]}"
    yield from (Effect("makes", home), Effect("marks", home))


def _plain(command: Command) -> Iterator[str]:
    if None in command.args:
        raise Untold(f"which paths `{command.name}` is given")
    yield from (word for word in command.words if not word.startswith("-"))


def _fixed(path: str) -> str:
    """What stands before a pattern: the path itself, or the folder in which names are matched."""
    found = _GLOB.search(path)
    return path[: found.start()].rpartition("/")[0] + "/" if found else path
