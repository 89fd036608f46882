"""Designs of an existing file in the order in which they are tried: the boldest comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

from stagewright.design.hardenings import HardeningContext, harden
from stagewright.design.restage import restage
from stagewright.ecosystems.registry import find
from stagewright.engine import BuildFailed
from stagewright.evidence.diagnosis import diagnose
from stagewright.evidence.judge import learn
from stagewright.evidence.named_again import named_again
from stagewright.evidence.start import absent_from_check
from stagewright.model.design import Decline, Design
from stagewright.model.evidence import Evidence
from stagewright.model.image import ImageConfig
from stagewright.model.proof import Accounting, Proof
from stagewright.model.recipe import Recipe
from stagewright.model.request import BuildInputs
from stagewright.model.run import Observation
from stagewright.proof import probes
from stagewright.verbs.learning import Learned
from stagewright.verbs.loading import Loaded

# (what reads no source before it, an installation of production's dependencies alone)
_VARIANTS = ((True, True), (False, True), (True, False), (False, False))


@dataclass(frozen=True, slots=True)
class Restaging:
    """What the designs of an existing file are made of. `missed`: path → what showed that it was lacking."""

    loaded: Loaded
    inputs: BuildInputs
    learned: Learned
    evidence: Evidence
    seen: Observation | None
    scanner: str | None = None
    missed: Mapping[str, str] = field(default_factory=dict)

    @property
    def careful(self) -> None:
        """It is careful itself."""

    def designs(self) -> Iterator[Design | Decline]:
        """Distinct designs, hardenings apart; a Decline for each base that none stands on."""
        dockerfile = self.loaded.dockerfile
        if dockerfile is None:
            return
        known: set[str] = set()
        for target in self.learned.targets:
            for mend, prune in _VARIANTS:
                design = restage(
                    dockerfile,
                    self.learned.stage,
                    self.loaded.project,
                    self.evidence,
                    self.learned.original.files,
                    self.learned.base_config,
                    target,
                    find(self.loaded.project),
                    dockerfile_path=self.loaded.name,
                    build_args=dict(self.inputs.build_args),
                    mend=mend,
                    prune=prune,
                    scanner=self.scanner,
                )
                if isinstance(design, Decline):
                    yield design
                    break
                if design.dockerfile not in known:
                    known.add(design.dockerfile)
                    yield design

    def hardened(self, design: Design, names: Set[str], failing: Set[str] = frozenset()) -> Design:
        """With the named hardenings; the others are listed as open."""
        context = context_of(self.loaded, self.learned.original.config, self.seen, failing)
        well = self.seen is not None and self.seen.healthy
        absent = "" if well else absent_from_check(self.learned.original)
        return harden(design, names, replace(context, absent=absent))

    def corrected(self, why: Proof | BuildFailed) -> Restaging | None:
        """The same with the paths that a failure found missing or lacking, and without those that an
        installation gave and that the user's instructions had taken away; None where that changes nothing."""
        books = why.accounting if isinstance(why, Proof) else Accounting()
        learned = self._learned_again(why)
        known, missing = self.evidence.reasons, books.paths("missing")
        reasons = {
            path: one
            for path, one in learned.evidence.reasons.items()
            if path in known and path not in missing
        }
        removed = learned.evidence.removed | self.evidence.removed | books.paths("returned")
        evidence = replace(learned.evidence, reasons=reasons, removed=removed)
        return None if evidence == self.evidence else replace(learned, evidence=evidence)

    def lacking(self, why: Proof | BuildFailed) -> Mapping[str, str]:
        """Paths of the original that the failure says to be lacking, and what says so."""
        if isinstance(why, BuildFailed):
            return diagnose(self.learned.original, why.log)
        broken = [(item.what, item.detail) for item in why.broken]
        original = self.learned.original
        before = f"{self.seen.stdout}\n{self.seen.stderr}" if self.seen else ""
        named = named_again(original, self.evidence.reasons, why.output, before)
        return {**named, **diagnose(original, why.output, broken)}

    def _learned_again(self, why: Proof | BuildFailed) -> Restaging:
        missed = {**self.lacking(why), **self.missed}
        if missed == self.missed:
            return self
        mapped = self.seen.mapped if self.seen else ()
        evidence = learn(self.learned.original, self.learned.base, self.loaded.project, mapped, missed)
        return replace(self, evidence=evidence, missed=missed)


def context_of(
    loaded: Loaded, config: ImageConfig, seen: Observation | None, failing: Set[str] = frozenset()
) -> HardeningContext:
    """What hardenings may look at: the project, the original's configuration, what its run showed."""
    ecosystem = find(loaded.project)
    recipe = ecosystem.recipe(loaded.project) if ecosystem else None
    ports = (
        []
        if seen is None
        else [int(part) for port in seen.ports if (part := port.partition("/")[0]).isdecimal()]
    )
    answers = () if seen is None else seen.answers
    return HardeningContext(
        loaded.project,
        config=config,
        recipe=recipe if isinstance(recipe, Recipe) else None,
        ecosystem=ecosystem,
        ports=tuple(ports),
        writes=() if seen is None else seen.writes,
        answered=tuple(
            path
            for text, answer in answers
            if answer.status and 200 <= answer.status < 400 and (path := probes.parse(text).path)
        ),
        failing=frozenset(failing),
    )
