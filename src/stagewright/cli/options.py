"""Options that several commands share, and how they become what the verbs take."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from stagewright.errors import UsageError
from stagewright.model.design import HARDENINGS
from stagewright.model.request import BuildInputs

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")


def add_place(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "path",
        nargs="?",
        type=Path,
        default=Path(),
        metavar="PATH",
        help="the build context, or a Dockerfile",
    )
    command.add_argument("-f", "--file", type=Path, metavar="FILE", help="the Dockerfile")


def add_build(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("as for docker build")
    group.add_argument("--build-arg", action="append", default=[], metavar="NAME[=VALUE]")
    group.add_argument("--target", metavar="STAGE")
    group.add_argument("--secret", action="append", default=[], metavar="id=ID,src=FILE")
    group.add_argument("--platform", metavar="OS/ARCH")
    group.add_argument("--build-context", action="append", default=[], metavar="NAME=PLACE")


def add_harden(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--harden",
        nargs="?",
        const="all",
        metavar="NAMES",
        help=f"wanted changes of behaviour: all that can be proved, or some of {','.join(HARDENINGS)}; "
        "a project without a Dockerfile gets them all (--harden none: none)",
    )


def add_last(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--last",
        action="store_true",
        help="the stage of --target becomes the last one, so that a plain build gives it from then on",
    )


def add_bold(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--bold",
        action="store_true",
        help="of an existing file, leave behind what neither the start, the runs nor anything that stays "
        "leads to; the verdict says so",
    )


def add_scanner(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--scanner",
        choices=("audit", "snyk"),
        help="a stage that looks for known vulnerabilities: the ecosystem's own tool, or Snyk",
    )


def add_watching(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("running both sides")
    group.add_argument(
        "--probe",
        action="append",
        default=[],
        metavar="PROBE",
        help="http:PORT/PATH[=STATUS][~REGEX], tcp:PORT, exec:COMMAND[=EXIT][~REGEX], log~REGEX; "
        "a last =N and a ~ that are the command's own are quoted in it",
    )
    group.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="for both containers")
    group.add_argument("--env-file", action="append", type=Path, default=[], metavar="FILE")


def add_compose(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--compose",
        nargs=2,
        metavar=("FILE", "SERVICE"),
        help="run both sides as this service of a compose file, with what it depends on",
    )


def add_quiet(command: argparse.ArgumentParser) -> None:
    command.add_argument("--quiet", action="store_true", help="no progress on stderr")


def build_inputs(arguments: argparse.Namespace) -> BuildInputs:
    """A name alone as build argument has the value that the environment gives it, as for docker build.

    Raises UsageError for what is neither a name nor a pair.
    """
    named = [text for text in arguments.build_arg if "=" in text or not _unset(text)]
    return BuildInputs(
        build_args=tuple(_pair("--build-arg", _with_value(text)) for text in named),
        target=arguments.target,
        secrets=tuple(arguments.secret),
        platform=arguments.platform,
        build_contexts=tuple(_pair("--build-context", text) for text in arguments.build_context),
    )


def environment(arguments: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    """`--env-file`s first, `--env` over them; in name order."""
    values: dict[str, str] = {}
    for path in arguments.env_file:
        values.update(_environment_file(path))
    values.update(_pair("--env", text) for text in arguments.env)
    return tuple(sorted(values.items()))


def hardenings(text: str | None) -> frozenset[str] | None:
    """None: not said. Raises UsageError for a name that is not one."""
    if text is None:
        return None
    if text == "none":
        return frozenset()
    if text == "all":
        return frozenset(HARDENINGS)
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in HARDENINGS:
            raise UsageError(
                f"--harden: no hardening is called {name!r}", f"There are: {', '.join(HARDENINGS)}."
            )
    return frozenset(names)


def last(arguments: argparse.Namespace) -> bool:
    """Raises UsageError where no stage is named."""
    if arguments.last and arguments.target is None:
        raise UsageError("--last: no stage is named", "Say which: --target production --last.")
    return bool(arguments.last)


def progress_wanted(arguments: argparse.Namespace) -> bool:
    return sys.stderr.isatty() and not arguments.quiet


def _unset(name: str) -> bool:
    return bool(_NAME.match(name)) and name not in os.environ


def _with_value(text: str) -> str:
    return f"{text}={os.environ[text]}" if text in os.environ else text


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not _NAME.match(name):
        raise UsageError(f"{option} {text}: NAME=VALUE is expected", f"For instance: {option} MODE=fast")
    return name, value


def _environment_file(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: cannot be read: {error}", "--env-file takes lines of NAME=VALUE."
        ) from error
    values: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals or not _NAME.match(name):
            raise UsageError(f"{path}:{number}:1: NAME=VALUE is expected: {text}", "One variable a line.")
        values[name] = value
    return values
