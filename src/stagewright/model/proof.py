"""The proof: what was built, accounted for, run and compared, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from stagewright.model.design import Strategy
from stagewright.model.run import Answer

Verdict = Literal["proved", "failed", "not proved", "declined"]
Outcome = Literal["passed", "failed", "waived", "not measured"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the comparison. Sizes in bytes, times in seconds; None is not measured."""

    size: int | None = None
    size_compressed: int | None = None
    size_above_base: int | None = None
    build_seconds: float | None = None
    rebuild_seconds: float | None = None
    healthy: bool | None = None
    user: str = ""


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A path that the accounting cannot place.

    `what`: missing, added, returned (the original took it away after an installation), content, mode, …
    """

    path: str
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Accounting:
    """Where production's files come from: source → (count, bytes); reason kind → (count, bytes)."""

    sources: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    left_behind: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    unexplained: tuple[Unexplained, ...] = ()
    masked: tuple[str, ...] = ()

    def paths(self, what: str) -> frozenset[str]:
        """The unexplained paths of one kind."""
        return frozenset(item.path for item in self.unexplained if item.what == what)


@dataclass(frozen=True, slots=True)
class ConfigDifference:
    """`hardening` names what declares it; "" where nothing does, which fails the proof."""

    subject: str
    before: str
    after: str
    hardening: str = ""


@dataclass(frozen=True, slots=True)
class BehaviourDifference:
    """A difference in what two runs showed; `hardening` as in `ConfigDifference`."""

    subject: str
    before: str
    after: str
    hardening: str = ""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One of the critical rules or of those beyond them."""

    rule: str
    outcome: Outcome
    evidence: str


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What both sides answered to one probe."""

    probe: str
    before: Answer | None
    after: Answer | None
    same: bool


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A hardening that was wanted and is not made; `reasons` are those of the proof that failed with it."""

    hardening: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """What a failure showed to be lacking, and the paths of the original that came along for it."""

    why: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What the verdict speaks of, and what was not seen."""

    platform: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    target: str = ""
    original: str = "the Dockerfile"
    not_seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """`reasons` say why the verdict is what it is, the gravest first; empty when proved.

    `broken` is what leads nowhere in the new image alone; `output` all that it printed and answered, where
    that was not as before. `given_up` are the hardenings that the judged design lacks, in the order in which
    they were given up; `obstacles` say why the designs that were tried before it did not hold,
    and `added` what they taught. `strategy` is the judged design's; "" for files that came from elsewhere.
    """

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    scope: Scope = Scope()
    before: Side = Side()
    after: Side = Side()
    accounting: Accounting = Accounting()
    broken: tuple[Unexplained, ...] = ()
    configuration: tuple[ConfigDifference, ...] = ()
    behaviour: tuple[BehaviourDifference, ...] = ()
    rules: tuple[RuleResult, ...] = ()
    probes: tuple[ProbeResult, ...] = ()
    candidates: int = 0
    given_up: tuple[GivenUp, ...] = ()
    obstacles: tuple[str, ...] = ()
    added: tuple[Added, ...] = ()
    strategy: Strategy | Literal[""] = ""
    output: str = ""
    files: tuple[tuple[str, str], ...] = ()
