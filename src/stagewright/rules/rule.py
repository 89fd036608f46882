"""The shape of a rule: what it says, why, by an example and a counter-example, and how it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from stagewright.dockerfile import Span
from stagewright.model.finding import Severity
from stagewright.rules.subject import Subject


class Problem(NamedTuple):
    """One place where a rule is broken. `benefit` is an estimate with its source."""

    span: Span
    message: str
    fix: str = ""
    benefit: str = ""


class Rule(NamedTuple):
    """`bad` is a Dockerfile that the rule catches, `good` one like it that it does not."""

    name: str
    summary: str
    why: str
    bad: str
    good: str
    severity: Severity
    check: Callable[[Subject], Iterable[Problem]]
