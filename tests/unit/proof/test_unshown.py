from __future__ import annotations

from stagewright.model.fact import UNSHOWN, Reason
from stagewright.proof.unshown import left_behind, not_seen
from tests.unit.images_of import tree_of

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
