from __future__ import annotations

from dataclasses import replace

import pytest

from stagewright.model.fact import UNSHOWN, Reason
from stagewright.model.proof import Unexplained
from stagewright.model.run import Answer, Observation
from stagewright.proof.unshown import left_behind, missed, not_seen
from tests.unit.images_of import tree_of

RUN = Observation(came_up=True, stays_up=False, exit_code=0, stdout="bc starts", stderr="")
LEFT = {
    "/opt/words/list.txt": "/opt/words",
    "/opt/words/more.txt": "/opt/words",
    "/usr/bin/dot": "graphviz",
    "/usr/lib/python3/dist-packages/requests/api.py": "python3-requests",
}


def test_only_what_is_gone_by_the_closure_alone_counts() -> None:
    before = tree_of(("RUN x", {"/opt/a": "", "/opt/b": "", "/opt/c": ""}))
    reasons = {
        "/opt/a": Reason(UNSHOWN, "tool: why"),
        "/opt/b": Reason(UNSHOWN, "tool: why"),
        "/opt/c": Reason("cache", "why"),
    }
    after = tree_of(("COPY", {"/opt/b": ""}))
    assert left_behind(before, after, reasons.get) == {"/opt/a": "tool"}


def test_the_scope_names_each_once_and_not_without_end() -> None:
    assert not_seen({}) == ()
    assert not_seen(LEFT)[0].endswith("(--bold): /opt/words, graphviz, python3-requests")
    many = {f"/opt/{number:02}": f"/opt/{number:02}" for number in range(30)}
    assert not_seen(many)[0].endswith("/opt/18, /opt/19 and 10 more")


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("cannot open /opt/words/more.txt: No such file", "/opt/words/more.txt"),
        ("sh: 1: dot: not found", "/usr/bin/dot"),
        ("ModuleNotFoundError: No module named 'requests'", "/usr/lib/python3/dist-packages/requests/api.py"),
    ],
)
def test_what_the_new_run_names_is_missed(said: str, path: str) -> None:
    expected = (Unexplained(path, "missing", "the new image's run names it"),)
    assert missed(LEFT, (RUN, RUN), replace(RUN, stderr=said)) == expected
    answer = Answer(False, 500, body=said)
    assert missed(LEFT, (RUN, RUN), replace(RUN, answers=(("http:80/", answer),))) == expected


def test_what_the_original_names_too_is_not_missed() -> None:
    talks = replace(RUN, stdout="drawn by dot")
    assert missed(LEFT, (RUN, talks), replace(talks, stderr="lost")) == ()
