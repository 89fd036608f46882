"""`--bold` in the search: designs from the run-time closure alone, which give way to the careful ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, replace

from stagewright.engine import BuildFailed
from stagewright.model.design import Decline, Design
from stagewright.model.evidence import Evidence
from stagewright.model.proof import Proof
from stagewright.verbs.candidates import Restaging

# Evidence from the run-time closure alone; the paths given are needed, too.
LearnBoldly = Callable[[Set[str]], Evidence]


@dataclass(frozen=True, slots=True)
class Bold:
    """`named` are paths that failed proofs showed to be needed."""

    own: Restaging
    careful: Restaging
    learn: LearnBoldly
    named: frozenset[str] = frozenset()

    @property
    def missed(self) -> Mapping[str, str]:
        return self.careful.missed

    def designs(self) -> Iterator[Design | Decline]:
        return self.own.designs()

    def hardened(self, design: Design, names: Set[str], failing: Set[str] = frozenset()) -> Design:
        return self.own.hardened(design, names, failing)

    def corrected(self, why: Proof | BuildFailed) -> Bold | Restaging | None:
        """What the closure alone left behind, or a failure finds lacking, comes back with its needs."""
        careful = self.careful.corrected(why) or self.careful
        missing = why.accounting.paths("missing") if isinstance(why, Proof) else frozenset()
        named = self.named | (missing & self.own.evidence.unshown.keys()) | self.own.lacking(why).keys()
        if named != self.named:
            return boldly(careful, self.learn, named)
        own = self.own.corrected(replace(why, output="", broken=())) if isinstance(why, Proof) else None
        return replace(self, own=own, careful=careful) if own else None


def boldly(careful: Restaging, learn: LearnBoldly, named: frozenset[str] = frozenset()) -> Bold | Restaging:
    """The careful one itself where the closure leaves nothing more behind."""
    evidence = learn(named)
    return Bold(replace(careful, evidence=evidence), careful, learn, named) if evidence.unshown else careful
