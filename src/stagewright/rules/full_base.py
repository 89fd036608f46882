"""The image that runs stands on a full base where a slim one exists."""

from __future__ import annotations

from collections.abc import Iterator

from stagewright.images import slim_variant
from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import Subject

_BUILDPACK = frozenset({"node", "python", "golang", "ruby", "perl", "rust", "elixir", "erlang"})


def _check(subject: Subject) -> Iterator[Problem]:
    slim = slim_variant(subject.base)
    if slim is None:
        return
    what, benefit = "is larger than it has to be", "an estimate from the tag: `prove` measures it"
    if subject.base.partition(":")[0] in _BUILDPACK:
        what = "carries compilers and headers"
        benefit = "an estimate: about 850 MB, what Debian's packages of buildpack-deps take up"
    yield Problem(
        subject.lineage[0].instruction.words[0].span,
        f"`{subject.base}` {what}; `{slim}` is the same release, made to run",
        f"build on `{subject.base}` and run on `{slim}`",
        benefit,
    )


RULE = Rule(
    name="full-base",
    summary="A full base where a slim one exists",
    why="The full variants of the official images are made to build in; the slim ones are made to run.",
    bad='FROM python:3.13\nCOPY main.py /\nCMD ["python", "/main.py"]\n',
    good='FROM python:3.13-slim\nCOPY main.py /\nCMD ["python", "/main.py"]\n',
    severity="warning",
    check=_check,
)
