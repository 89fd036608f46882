from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from stagewright.engine import BuildFailed
from stagewright.model.design import HARDENINGS, Decline, Design
from stagewright.model.fact import UNSHOWN, Reason
from stagewright.model.proof import Accounting, Added, GivenUp, Proof, Unexplained
from stagewright.verbs.search import MOST_BOLD, MOST_CANDIDATES, Ended, Source, search
from stagewright.verbs.sides import Made

MADE = cast(Made, "made")
PROVED = Proof("proved", files=(("Dockerfile", ""),))


@dataclass
class FakeSource:
    """Designs whose text is their name, the hardenings of `makes` that are on, and the gates if several."""

    plain: Sequence[str | Decline] = ("first",)
    makes: Set[str] = frozenset(HARDENINGS)
    left_behind: Set[str] = frozenset()
    brought: Set[str] = frozenset()
    told: list[Set[str]] = field(default_factory=list)
    gates: Set[str] = frozenset({"tester"})
    careful: Source | None = None
    missed: Mapping[str, str] = field(default_factory=dict)

    def designs(self) -> Iterator[Design | Decline]:
        for item in self.plain:
            yield item if isinstance(item, Decline) else design(item, bold=self.careful is not None)

    def hardened(self, plain: Design, names: Set[str], failing: Set[str] = frozenset()) -> Design:
        self.told.append(failing)
        on = names & self.makes - ({"gate"} if self.gates <= failing else set())
        gates = self.gates - failing if "gate" in on and len(self.gates) > 1 else set()
        return replace(plain, files=design(plain.dockerfile, *sorted(on), *sorted(gates)).files)

    def corrected(self, why: Proof | BuildFailed) -> Source | None:
        books = why.accounting if isinstance(why, Proof) else Accounting()
        missing, returned = books.paths("missing"), books.paths("returned")
        words = [
            *(f"with {path}" for path in sorted(missing & self.left_behind)),
            *(f"without {path}" for path in sorted(returned & self.brought)),
        ]
        if not words:
            return None
        better = [" ".join((item, *words)) for item in self.plain if isinstance(item, str)]
        left, brought = self.left_behind - missing, self.brought - returned
        return replace(self, plain=better, left_behind=left, brought=brought)


def design(*words: str, bold: bool = False) -> Design:
    unshown = {"/opt/x": Reason(UNSHOWN, "/opt/x: nothing leads to it")} if bold else {}
    return Design("split", "", (), "Dockerfile", {"Dockerfile": " ".join(words)}, unshown=unshown)


def failed(*reasons: str, missing: Sequence[str] = (), returned: Sequence[str] = ()) -> Proof:
    unexplained = (
        *(Unexplained(path, "missing") for path in missing),
        *(Unexplained(path, "returned") for path in returned),
    )
    return Proof("failed", reasons, accounting=Accounting(unexplained=unexplained))


def run(
    source: FakeSource, answer: Callable[[str], Proof | BuildFailed], names: Set[str] = frozenset()
) -> tuple[Ended, list[str]]:
    """How it ended, and what was tried."""
    tried: list[str] = []

    def prove(candidate: Design) -> tuple[Proof, Made]:
        tried.append(candidate.dockerfile)
        found = answer(candidate.dockerfile)
        if isinstance(found, BuildFailed):
            raise found
        return found, MADE

    said: list[str] = []
    ended = search(source, names, prove, said.append)
    assert len(said) == len(tried) == ended.proof.candidates
    return ended, tried


def test_what_is_proved_at_once_is_all_that_is_tried() -> None:
    ended, tried = run(FakeSource(("first", "second")), lambda _: PROVED, {"user", "env"})
    assert tried == ["first env user"]
    assert ended.found == (design("first env user"), MADE)
    assert (ended.proof.verdict, ended.proof.given_up, ended.proof.files) == ("proved", (), PROVED.files)


def test_hardenings_are_given_up_one_by_one_and_each_has_the_reason_of_the_proof() -> None:
    ended, tried = run(
        FakeSource(),
        lambda text: PROVED if text == "first env" else failed(f"{text} fails", "badly"),
        {"env", "user", "health", "start"},
    )
    assert tried == ["first env health start user", "first env start user", "first env start", "first env"]
    assert ended.proof.given_up == (
        GivenUp("health", ("first env health start user fails", "badly")),
        GivenUp("user", ("first env start user fails", "badly")),
        GivenUp("start", ("first env start fails", "badly")),
    )


def test_every_hardening_can_be_given_up() -> None:
    _, tried = run(FakeSource(), lambda text: PROVED if text == "first" else failed("no"), set(HARDENINGS))
    assert (len(tried), tried[-1]) == (len(HARDENINGS) + 1, "first")


def test_a_hardening_that_the_design_lacks_is_not_given_up() -> None:
    ended, tried = run(
        FakeSource(makes={"user"}),
        lambda text: failed("no") if "user" in text else PROVED,
        {"gate", "health", "user"},
    )
    assert tried == ["first user", "first"]
    assert ended.proof.given_up == (GivenUp("user", ("no",)),)


def test_a_missing_path_is_added_and_the_search_starts_again_as_hard_as_it_was() -> None:
    source = FakeSource((Decline("no", "no"), "first", "second"), left_behind={"/app/x"})
    missing = failed("missing", missing=["/app/x"])
    ended, tried = run(source, lambda text: PROVED if "with" in text else missing, {"user"})
    assert tried == ["first user", "first with /app/x user"]
    assert ended.proof.given_up == ()


def test_the_proof_tells_its_strategy_and_what_failures_taught() -> None:
    said = "exec: file: not found"
    source = FakeSource(missed={"/usr/bin/file": said, "/etc/x": "no", "/usr/share/magic": said})
    ended, _ = run(source, lambda _: PROVED)
    assert ended.proof.strategy == "split"
    assert ended.proof.added == (
        Added(said, ("/usr/bin/file", "/usr/share/magic")),
        Added("no", ("/etc/x",)),
    )


def test_a_path_that_comes_back_is_taken_away() -> None:
    source = FakeSource(("first", "second"), brought={"/etc/x"})
    comes_back = failed("new", returned=["/etc/x", "/etc/y"])
    ended, tried = run(source, lambda text: PROVED if "without" in text else comes_back)
    assert tried == ["first", "first without /etc/x"]
    assert ended.proof.obstacles == ("candidate 1: new",)


def test_a_missing_path_that_was_not_left_behind_is_no_reason_to_start_again() -> None:
    ended, tried = run(
        FakeSource(("first", "second"), left_behind={"/app/x"}),
        lambda text: PROVED if text == "second" else failed("missing", missing=["/etc/y"]),
        {"user"},
    )
    assert tried == ["first user", "first", "second"]
    assert ended.proof.given_up == (GivenUp("user", ("missing",)),)
    assert ended.proof.obstacles == ("candidate 1: missing", "candidate 2: missing")


def test_a_path_that_differs_is_not_missing() -> None:
    differs = Proof("failed", ("no",), accounting=Accounting(unexplained=(Unexplained("/app/x", "mode"),)))
    _, tried = run(FakeSource(left_behind={"/app/x"}), lambda _: differs)
    assert tried == ["first"]


@pytest.mark.parametrize("stage", ["tester", "lint", "unit-test"])
def test_tests_that_fail_cost_the_gate_alone(stage: str) -> None:
    source = FakeSource(gates={stage})
    fails = BuildFailed("process exited with 1", step=f"[{stage} 2/2] RUN npm test")
    ended, tried = run(source, lambda text: fails if "gate" in text else PROVED, {"gate", "health"})
    assert tried == ["first gate health", "first health"]
    assert source.told == [set(), {stage}]
    assert ended.proof.given_up == (GivenUp("gate", ("it cannot be built: process exited with 1",)),)


def test_a_scan_that_fails_leaves_the_tests_as_a_gate() -> None:
    source = FakeSource(gates={"scanner", "tester"})
    fails = BuildFailed("1 vulnerability", step="[scanner 1/1] RUN npm audit")
    ended, tried = run(source, lambda text: fails if "scanner" in text else PROVED, {"gate"})
    assert tried == ["first gate scanner tester", "first gate tester"]
    assert ended.proof.given_up == (GivenUp("gate", ("it cannot be built: 1 vulnerability",)),)


def test_a_build_that_fails_elsewhere_tells_nothing_of_the_tests() -> None:
    source = FakeSource()
    broken = BuildFailed("no such file", step="[production 3/7] COPY --from=tester a b")
    _, tried = run(source, lambda text: PROVED if text == "first" else broken, {"gate", "user"})
    assert tried == ["first gate user", "first user", "first"]
    assert source.told == [set(), set(), set()]


def test_no_more_than_eight_candidates_are_built() -> None:
    source = FakeSource([f"design {number}" for number in range(20)])
    ended, tried = run(source, lambda text: failed(f"{text} fails", "2", "3", "4"))
    assert len(tried) == MOST_CANDIDATES == 8
    assert (ended.proof.verdict, ended.found, ended.proof.files) == ("declined", None, ())
    assert ended.proof.reasons[1:4] == ("candidate 1: design 0 fails", "candidate 1: 2", "candidate 1: 3")
    assert len(ended.proof.reasons) == 1 + 8 * 3


def test_what_cannot_be_judged_ends_the_search_and_tells_what_was_given_up() -> None:
    unclear = Proof("not proved", ("no database",), files=(("Dockerfile", ""),))
    ended, tried = run(
        FakeSource(("first", "second")),
        lambda text: failed("its check fails") if "health" in text else unclear,
        {"health", "user"},
    )
    assert tried == ["first health user", "first user"]
    assert (ended.proof.verdict, ended.found, ended.proof.files) == ("not proved", None, ())
    assert ended.proof.given_up == (GivenUp("health", ("its check fails",)),)


def test_a_base_that_no_design_stands_on_is_passed_over() -> None:
    source = FakeSource((Decline("a", "not on this"), "first", Decline("b", "nor on that"), "second"))
    ended, tried = run(source, lambda text: PROVED if text == "second" else failed("no"))
    assert tried == ["first", "second"]
    assert ended.found == (design("second"), MADE)


def test_where_there_is_no_design_the_first_reason_is_told() -> None:
    source = FakeSource((Decline("a", "not on this", "another"), Decline("b", "nor on that")))
    ended, tried = run(source, lambda _: PROVED)
    assert (tried, ended.found) == ([], None)
    assert ended.proof == Proof("declined", reasons=("not on this",), hints=("another",))


def test_a_build_that_never_works_is_told_with_what_was_proved_before() -> None:
    ended, _ = run(
        FakeSource(("first", "second")),
        lambda text: failed("no") if text == "first" else BuildFailed("no such file"),
    )
    assert ended.proof.reasons[1:] == ("candidate 1: no", "candidate 2 cannot be built: no such file")


def test_a_bold_design_whose_files_are_explained_gives_way_to_the_careful_one_before_a_hardening_does() -> (
    None
):
    source = FakeSource(("bold", "bold too"), careful=FakeSource(("careful",)))
    ended, tried = run(source, lambda text: PROVED if "careful" in text else failed("no"), {"user"})
    assert tried == ["bold user", "careful user"]
    assert ended.found == (design("careful user"), MADE)
    assert ended.proof.obstacles == ("candidate 1 (bold): no",)


def test_a_bold_design_stays_bold_where_its_boldness_is_not_at_fault() -> None:
    differs = Proof("failed", ("no",), accounting=Accounting(unexplained=(Unexplained("/app/x", "content"),)))
    source = FakeSource(("bold", "bold too"), careful=FakeSource(("careful",)))
    ended, tried = run(source, lambda text: PROVED if text == "bold too" else differs)
    assert tried == ["bold", "bold too"]
    assert ended.found == (design("bold too", bold=True), MADE)


def test_what_a_bold_design_misses_comes_back_before_it_gives_way() -> None:
    source = FakeSource(("bold",), left_behind={"/opt/x"}, careful=FakeSource(("careful",)))
    missing = failed("missing", missing=["/opt/x"])
    _, tried = run(source, lambda text: PROVED if "with" in text else missing)
    assert tried == ["bold", "bold with /opt/x"]


def test_the_careful_designs_keep_half_of_the_candidates() -> None:
    source = FakeSource([f"bold {number}" for number in range(20)], careful=FakeSource(("careful",)))
    differs = Proof("failed", ("no",), accounting=Accounting(unexplained=(Unexplained("/app/x", "content"),)))
    _, tried = run(source, lambda text: PROVED if text == "careful" else differs)
    assert tried == [*(f"bold {number}" for number in range(MOST_BOLD)), "careful"]


def test_where_no_bold_design_can_be_made_the_careful_one_is_tried() -> None:
    source = FakeSource((Decline("a", "not on this"),), careful=FakeSource(("careful",)))
    assert run(source, lambda _: PROVED)[1] == ["careful"]


def test_a_bold_design_that_cannot_be_judged_gives_way_too() -> None:
    source = FakeSource(("bold",), careful=FakeSource(("careful",)))
    ended, tried = run(source, lambda text: PROVED if text == "careful" else Proof("not proved", ("hangs",)))
    assert tried == ["bold", "careful"]
    assert (ended.proof.verdict, ended.proof.obstacles) == ("proved", ("candidate 1 (bold): hangs",))
