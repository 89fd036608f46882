from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from stagewright.model.design import Allowance
from stagewright.model.run import Observation
from stagewright.proof.looking import Look, look
from tests.unit.proof.test_compare import RUN

OTHER = replace(RUN, stdout="oops\n")
THIRD = replace(RUN, ports=())


def looked(*runs: Observation, allows: tuple[Allowance, ...] = ()) -> tuple[Look, int]:
    """What came of it, and how many of the runs it took."""
    left = list(runs)
    run: Callable[[], Observation] = lambda: left.pop(0)  # noqa: E731
    return look((RUN, RUN), allows, run), len(runs) - len(left)


def test_one_run_is_enough_where_it_shows_the_same() -> None:
    assert looked(RUN, OTHER) == (Look(RUN, ()), 1)


def test_a_difference_that_one_run_of_three_shows_does_not_count_and_is_named() -> None:
    found, runs = looked(OTHER, RUN, RUN)
    assert (found, runs) == (Look(RUN, (), "stdout"), 3)


@pytest.mark.parametrize(
    ("runs", "taken"), [((OTHER, OTHER), 2), ((OTHER, THIRD), 2), ((OTHER, RUN, OTHER), 3)]
)
def test_a_difference_stands_as_soon_as_another_run_shows_one(
    runs: tuple[Observation, ...], taken: int
) -> None:
    found, count = looked(*runs)
    assert (found.seen, [item.subject for item in found.behaviour], found.once) == (OTHER, ["stdout"], "")
    assert count == taken


def test_what_fails_otherwise_is_not_run_again() -> None:
    runs = iter((OTHER, RUN, RUN))
    assert look((RUN, RUN), (), lambda: next(runs), again=False).seen == OTHER
    assert len(list(runs)) == 2


def test_a_health_check_that_fails_once_is_looked_at_again() -> None:
    ill = replace(RUN, healthy=False)
    assert look_of_health(ill, RUN, RUN) == ("health", True)
    assert look_of_health(ill, ill) == ("", False)


def look_of_health(*runs: Observation) -> tuple[str, bool]:
    allows = (Allowance("behaviour", "healthy", by="health"),)
    found, _ = looked(*runs, allows=allows)
    return found.once, found.seen.healthy is not False


def test_what_a_hardening_declares_is_no_difference() -> None:
    allows = (Allowance("behaviour", "stdout", by="start"),)
    found, runs = looked(OTHER, allows=allows)
    assert (runs, found.seen) == (1, OTHER)
