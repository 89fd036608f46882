"""What is another one in each build of the original is masked, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.engine import BuildRequest, Engine
from stagewright.model.proof import Proof
from stagewright.model.request import BuildInputs, Watching
from stagewright.verbs.measuring import cold
from stagewright.verbs.place import locate
from stagewright.verbs.prove import pair, prove_pair

pytestmark = pytest.mark.engine

BEFORE = """\
FROM debian:bookworm-slim
WORKDIR /app
RUN date +%s%N > stamp && echo fixed > fixed
CMD ["cat", "/app/fixed"]
"""
# One space more: the cache does not answer with the original's own layer.
AFTER = """\
FROM debian:bookworm-slim AS builder
WORKDIR /app
RUN date +%s%N  > stamp && echo fixed > fixed
FROM debian:bookworm-slim
WORKDIR /app
COPY --from=builder /app /app
CMD ["cat", "/app/fixed"]
"""


def proof(engine: Engine, context: Path, after: str, before: str = "Dockerfile") -> Proof:
    (context / "Dockerfile").write_text(BEFORE)
    if "\n" in after:
        (context / "after").write_text(after)
        after = "after"
    watching = Watching(measure=False)
    return prove_pair(engine, pair(locate(context), before, after, BuildInputs(), watching, frozenset()))


def test_a_time_stamp_is_masked(engine: Engine, tmp_path: Path) -> None:
    found = proof(engine, tmp_path, AFTER)
    assert (found.verdict, found.reasons) == ("proved", ())
    assert found.accounting.masked == ("/app/stamp",)


def test_what_is_the_same_in_each_build_is_not(engine: Engine, tmp_path: Path) -> None:
    found = proof(engine, tmp_path, AFTER.replace("echo fixed", "echo FIXED"))
    assert found.verdict == "failed"
    assert [item.path for item in found.accounting.unexplained] == ["/app/fixed"]


def test_what_a_time_stamp_never_says_is_not_masked(engine: Engine, tmp_path: Path) -> None:
    found = proof(engine, tmp_path, AFTER.replace("> stamp", "> stamp && echo evil >> stamp"))
    assert found.verdict == "failed"
    assert [item.path for item in found.accounting.unexplained] == ["/app/stamp"]


def test_a_mode_is_not_masked(engine: Engine, tmp_path: Path) -> None:
    found = proof(engine, tmp_path, AFTER.replace("> fixed", "> fixed && chmod 600 stamp"))
    assert found.verdict == "failed"
    assert ("/app/stamp", "mode") in [(item.path, item.what) for item in found.accounting.unexplained]


def test_images_that_hide_their_bases_are_not_told_apart(engine: Engine, tmp_path: Path) -> None:
    one = engine.build(BuildRequest(tmp_path, dockerfile_text=BEFORE)).ref
    other = engine.build(BuildRequest(tmp_path, dockerfile_text=BEFORE + "RUN rm /app/stamp\n")).ref
    same = proof(engine, tmp_path, one, one)
    assert (same.verdict, same.reasons) == ("proved", ())
    found = proof(engine, tmp_path, other, one)
    assert found.verdict == "not proved"
    assert "/app/stamp" in found.reasons[0]


def test_a_cold_build_answers_no_later_one(engine: Engine, tmp_path: Path) -> None:
    request = BuildRequest(tmp_path, dockerfile_text=BEFORE)
    first = engine.layers(engine.build(request).ref)
    other = engine.layers(cold(engine, request).ref)
    assert [layer.digest for layer in other] != [layer.digest for layer in first]
    assert engine.layers(engine.build(request).ref) == first
