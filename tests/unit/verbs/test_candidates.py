from typing import cast

from stagewright.model.evidence import Evidence
from stagewright.model.fact import Reason
from stagewright.model.request import BuildInputs
from stagewright.verbs.candidates import Restaging
from stagewright.verbs.learning import Learned
from stagewright.verbs.loading import Loaded


def test_a_path_that_was_left_behind_is_kept_once_it_is_missed() -> None:
    reasons = {path: Reason("tests", "no program reads it") for path in ("/app/a", "/app/b")}
    evidence = Evidence(dict.fromkeys(reasons, 1), frozenset(), reasons)
    restaging = Restaging(cast(Loaded, None), BuildInputs(), cast(Learned, None), evidence, None)
    fuller = restaging.corrected({"/app/a", "/etc/other"}, set())
    assert fuller is not None
    assert fuller.evidence.reason_for("/app/a") is None
    assert fuller.evidence.reason_for("/app/b") == reasons["/app/b"]
    assert fuller.corrected({"/app/a", "/etc/other"}, set()) is None


def test_a_path_that_comes_back_is_removed_once() -> None:
    evidence = Evidence({}, frozenset(), {}, removed=frozenset({"/etc/a"}))
    restaging = Restaging(cast(Loaded, None), BuildInputs(), cast(Learned, None), evidence, None)
    barer = restaging.corrected(set(), {"/etc/b"})
    assert barer is not None
    assert barer.evidence.removed == {"/etc/a", "/etc/b"}
    assert barer.corrected(set(), {"/etc/b"}) is None
