"""The container runs as root."""

from __future__ import annotations

from collections.abc import Iterator

from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import PLAIN_BASE, Subject

_DROPS = frozenset({"gosu", "su-exec", "su", "setpriv", "chpst", "supervisord", "s6-svscan", "init"})
_ROOT = frozenset({"root", "0", "root:root", "0:0"})


def _check(subject: Subject) -> Iterator[Problem]:
    if any(step.keyword in {"ENTRYPOINT"} and "entrypoint" in step.rest for step in subject.steps):
        return  # a script of the project's own may drop its rights
    if any(command.name in _DROPS for command in subject.start):
        return
    users = [step for step in subject.steps if step.keyword == "USER" and step.words]
    if users:
        if users[-1].words[0].value.strip() in _ROOT:
            yield Problem(users[-1].span, "the container runs as root", _FIX)
    elif PLAIN_BASE.fullmatch(subject.base):
        yield Problem(subject.final.instruction.span, "no USER: the container runs as root", _FIX)


_FIX = "run as the base's unprivileged user, by number: `stagewright apply --harden user`"
RULE = Rule(
    name="root-user",
    summary="The container runs as root",
    why="Whoever breaks out of the program is root in the container, and closer to root on the host.",
    bad='FROM node:22-slim\nCOPY index.js /\nCMD ["node", "/index.js"]\n',
    good='FROM node:22-slim\nCOPY index.js /\nUSER 1000\nCMD ["node", "/index.js"]\n',
    severity="info",
    check=_check,
)
