from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Any, cast

from stagewright.model.evidence import Evidence
from stagewright.model.fact import UNSHOWN, Reason
from stagewright.model.project import Project
from stagewright.model.proof import Accounting, Proof, Unexplained
from stagewright.model.request import BuildInputs, Place
from stagewright.verbs.boldly import Bold, boldly
from stagewright.verbs.candidates import Restaging
from stagewright.verbs.learning import Learned
from stagewright.verbs.loading import Loaded
from tests.unit.images_of import tree_of

TESTS = {"/app/tests": Reason("tests", "nothing names them")}
UNITS = {path: Reason(UNSHOWN, f"{path}: nothing leads to it") for path in ("/opt/a", "/opt/b")}
MADE = dict.fromkeys((*TESTS, *UNITS), 1)
NOTHING = cast(Any, None)
CAREFUL = Restaging(
    Loaded(Place(Path("/project"), None), Project(Path("/project"), {}), "Dockerfile", None, {}),
    BuildInputs(),
    Learned(NOTHING, "", NOTHING, tree_of(("all", dict.fromkeys(MADE, ""))), None, NOTHING, ()),
    Evidence(MADE, frozenset(), TESTS),
    None,
)


def learn(named: Set[str]) -> Evidence:
    """All units that are not named stay behind."""
    left = {path: reason for path, reason in UNITS.items() if path not in named}
    return Evidence(MADE, frozenset(), TESTS | left, unshown=left)


def failed(path: str, what: str, output: str = "") -> Proof:
    return Proof("failed", accounting=Accounting(unexplained=(Unexplained(path, what),)), output=output)


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
    less = begun().corrected(failed("/opt/a", "missing"))
    assert isinstance(less, Bold)
    assert less.own.evidence.unshown.keys() == {"/opt/b"}
    assert less.corrected(failed("/opt/b", "missing")) == CAREFUL


def test_what_the_careful_judge_left_comes_back_on_both() -> None:
    bold = begun()
    fuller = bold.corrected(failed("/app/tests", "missing"))
    assert isinstance(fuller, Bold)
    for restaging in (fuller.own, fuller.careful):
        assert restaging.evidence.reason_for("/app/tests") is None
    assert fuller.own.evidence.unshown == bold.own.evidence.unshown
    assert bold.corrected(failed("/elsewhere", "missing")) is None


def test_what_comes_back_as_new_is_removed_on_both() -> None:
    barer = begun().corrected(failed("/etc/x", "returned"))
    assert isinstance(barer, Bold)
    assert barer.own.evidence.removed == barer.careful.evidence.removed == {"/etc/x"}


def test_what_a_run_says_it_lacks_comes_back() -> None:
    said = Proof("failed", output="sh: 1: cannot open /opt/a: No such file")
    less = begun().corrected(said)
    assert isinstance(less, Bold)
    assert set(less.own.evidence.unshown) == {"/opt/b"}
    assert less.named == {"/opt/a"}
    assert less.corrected(said) is None
