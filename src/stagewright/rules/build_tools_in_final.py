"""Compilers and headers are installed in the stage that runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import Subject

_MANAGERS = frozenset({"apt", "apk", "dnf", "zypper", "pacman"})
_BUILD_PACKAGE = re.compile(
    r"(?:build-essential|build-base|gcc|g\+\+|clang|make|cmake|ninja(?:-build)?|autoconf|automake|libtool"
    r"|bison|flex|pkg-config|pkgconf|binutils|musl-dev|linux-headers|maven|gradle|gcc-c\+\+"
    r"|(?:python3?|lib)[\w.+-]*-dev(?:el)?|[\w.+-]+-devel|[\w.+]+-dev)(?:-\d[\d.]*)?"
)


def _check(subject: Subject) -> Iterator[Problem]:
    for deed in subject.final_deeds:
        action = deed.action
        if action.kind != "install" or action.tool not in _MANAGERS or _removed(subject, deed.instruction):
            continue
        names = [name.partition("=")[0] for name in action.packages]
        tools = [name for name in names if _BUILD_PACKAGE.fullmatch(name)]
        if tools:
            listed = ", ".join(tools[:4]) + (f" and {len(tools) - 4} more" if len(tools) > 4 else "")
            yield Problem(
                action.command.span,
                f"the image that runs has build tools: {listed}",
                "install them in a `builder` stage, and in production only the libraries that run",
                "an estimate from the text: the size of these packages; `prove` measures it",
            )


def _removed(subject: Subject, instruction: object) -> bool:
    """Whether the same RUN takes packages away again."""
    return any(
        deed.instruction is instruction and deed.action.kind == "prune" and deed.action.tool in _MANAGERS
        for deed in subject.final_deeds
    )


RULE = Rule(
    name="build-tools-in-final",
    summary="Build tools in the final stage",
    why="A compiler in production is weight, and a help to whoever breaks in.",
    bad="FROM python:3.13-slim\nRUN apt-get update && apt-get install -y gcc libpq-dev\n"
    "COPY . /app\nRUN pip install -r /app/requirements.txt\n"
    'CMD ["python", "/app/main.py"]\n',
    good="FROM python:3.13-slim AS builder\nRUN apt-get update && apt-get install -y gcc libpq-dev\n"
    "COPY requirements.txt .\nRUN pip install --prefix=/install -r requirements.txt\n\n"
    "FROM python:3.13-slim AS production\nRUN apt-get update && apt-get install -y libpq5\n"
    'COPY --from=builder /install /usr/local\nCOPY . /app\nCMD ["python", "/app/main.py"]\n',
    severity="warning",
    check=_check,
)
