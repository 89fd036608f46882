from __future__ import annotations

from collections.abc import Set
from typing import cast

from stagewright.model.evidence import Evidence
from stagewright.model.fact import UNSHOWN, Reason
from stagewright.model.request import BuildInputs
from stagewright.verbs.boldly import Bold, boldly
from stagewright.verbs.candidates import Restaging
from stagewright.verbs.learning import Learned
from stagewright.verbs.loading import Loaded

TESTS = {"/app/tests": Reason("tests", "nothing names them")}
UNITS = {path: Reason(UNSHOWN, f"{path}: nothing leads to it") for path in ("/opt/a", "/opt/b")}
MADE = dict.fromkeys((*TESTS, *UNITS), 1)
CAREFUL = Restaging(
    cast(Loaded, None), BuildInputs(), cast(Learned, None), Evidence(MADE, frozenset(), TESTS), None
)


def learn(named: Set[str]) -> Evidence:
    """All units that are not named stay behind."""
    left = {path: reason for path, reason in UNITS.items() if path not in named}
    return Evidence(MADE, frozenset(), TESTS | left, unshown=left)


def begun() -> Bold:
    bold = boldly(CAREFUL, learn)
    assert isinstance(bold, Bold)
    return bold


def test_it_leaves_more_behind_and_knows_the_careful_ones() -> None:
    bold = begun()
    assert bold.own.evidence.reason_for("/opt/a") == UNITS["/opt/a"]
    assert bold.careful == CAREFUL
    assert boldly(CAREFUL, learn, frozenset(UNITS)) == CAREFUL


def test_what_was_missed_comes_back_one_after_the_other_until_it_is_the_careful_one() -> None:
    less = begun().corrected({"/opt/a"}, set())
    assert isinstance(less, Bold)
    assert less.own.evidence.unshown.keys() == {"/opt/b"}
    assert less.corrected({"/opt/b"}, set()) == CAREFUL


def test_what_the_careful_judge_left_comes_back_on_both() -> None:
    bold = begun()
    fuller = bold.corrected({"/app/tests"}, set())
    assert isinstance(fuller, Bold)
    for restaging in (fuller.own, fuller.careful):
        assert restaging.evidence.reason_for("/app/tests") is None
    assert fuller.own.evidence.unshown == bold.own.evidence.unshown
    assert bold.corrected({"/elsewhere"}, set()) is None


def test_what_comes_back_as_new_is_removed_on_both() -> None:
    barer = begun().corrected(set(), {"/etc/x"})
    assert isinstance(barer, Bold)
    assert barer.own.evidence.removed == barer.careful.evidence.removed == {"/etc/x"}
