"""`apply`: design, prove, and write what is proved; a failed proof gives way to a more careful design."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from pathlib import Path

from stagewright.dockerfile import parse
from stagewright.engine import BuildFailed, Engine
from stagewright.evidence.judge import learn
from stagewright.evidence.tree import ImageTree, read_tree
from stagewright.model.design import HARDENINGS, Decline, Design
from stagewright.model.evidence import Evidence
from stagewright.model.proof import Proof, Scope
from stagewright.model.request import BuildInputs, Watching
from stagewright.model.run import Observation
from stagewright.proof.observe import asked, observe, observe_first
from stagewright.proof.prove import Subject, judge
from stagewright.verbs import measuring
from stagewright.verbs.candidates import Restaging
from stagewright.verbs.ignoring import ignore_text
from stagewright.verbs.learning import learn_original
from stagewright.verbs.loading import Loaded
from stagewright.verbs.settings import MinSaving
from stagewright.verbs.sides import Made, Named, Watcher, make, request_of, text_side
from stagewright.verbs.subjects import subject, timed
from stagewright.verbs.templating import template
from stagewright.verbs.writing import write_files

MOST_CANDIDATES = 8
# What is given up first when a hardened design cannot be proved.
_YIELDING = ("gate", "health", "user", "start", "server", "expose", "env")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for. `harden` None: not said (none for an existing file, all for a new one)."""

    loaded: Loaded
    inputs: BuildInputs
    watching: Watching
    harden: frozenset[str] | None = None
    scanner: str | None = None
    min_saving: MinSaving = MinSaving()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`design` is None where there is nothing to write."""

    proof: Proof
    design: Design | None


@dataclass(frozen=True, slots=True)
class _Before:
    """The original as it was built, read and seen twice."""

    made: Made
    subject: Subject
    evidence: Evidence
    seen: tuple[Observation, Observation]


def apply(
    engine: Engine, wish: Wish, say: Callable[[str], None] = lambda _: None, watcher: Watcher | None = None
) -> Outcome:
    """Prove a design; nothing is written. Raises what the engine raises for the original."""
    if wish.loaded.dockerfile is None:
        return _apply_template(engine, wish, say, watcher)
    if len(wish.loaded.dockerfile.stages) > 1:
        return _declined(
            Decline(
                "multi-stage",
                "It has several stages already.",
                "`stagewright check` says what can be better; `stagewright prove` judges a change.",
            )
        )
    say("building the original")
    learned = learn_original(engine, wish.loaded, wish.inputs, on_progress=watcher)
    place = wish.loaded.place
    named = Named(
        "the Dockerfile", request_of(place.context, wish.inputs, place.dockerfile), wish.loaded.dockerfile
    )
    made = Made(
        named, learned.image.ref, learned.image, learned.original, learned.base_name, learned.base, None
    )
    say("running the original, twice")
    before = _before(engine, made, wish)
    names = wish.harden or frozenset()
    restaging = Restaging(wish.loaded, learned, before.evidence, before.seen[0])
    return _search(engine, wish, before, _Designs(restaging, names), say, watcher)


def write(loaded: Loaded, design: Design) -> tuple[Path, ...]:
    """Write a design's files; the paths that changed. Raises as `write_files` does."""
    return write_files(loaded.place.context.resolve(), design.files, loaded.as_read)


class _Designs:
    """The designs that are left to try, and what a failure teaches about them."""

    def __init__(self, restaging: Restaging, names: Set[str]) -> None:
        self._restaging = restaging
        self._names = set(names)
        self._tests_pass: bool | None = None
        self._plain = iter(restaging.designs())
        self.declines: list[Decline] = []

    def __iter__(self) -> Iterator[Design]:
        design = self._following()
        while design is not None:
            self._failed: Proof | BuildFailed | None = None
            yield self._restaging.hardened(design, self._names, self._tests_pass)
            design = self._after(design)

    def failed(self, why: Proof | BuildFailed) -> None:
        """Tell why the design that was given last is none."""
        self._failed = why

    def _following(self) -> Design | None:
        for design in self._plain:
            if isinstance(design, Design):
                return design
            self.declines.append(design)
        return None

    def _after(self, design: Design) -> Design | None:
        """The same with less hardening, the same with what was missing, or the next."""
        why = self._failed
        if isinstance(why, BuildFailed) and "gate" in self._names and _is_in(why, "tester"):
            self._tests_pass = False
            self._names.discard("gate")
            return design
        if isinstance(why, Proof):
            found = why.accounting.unexplained
            missing, added = (
                {item.path for item in found if item.what == what} for what in ("missing", "added")
            )
            missing &= self._restaging.evidence.reasons.keys()
            added -= self._restaging.evidence.removed
            if missing or added:
                self._restaging = self._restaging.corrected(missing, added)
                self._plain = iter(self._restaging.designs())
                return self._following()
        if given_up := next((name for name in _YIELDING if name in self._names), None):
            self._names.discard(given_up)
            return design
        return self._following()


def _search(
    engine: Engine,
    wish: Wish,
    before: _Before,
    designs: _Designs,
    say: Callable[[str], None],
    watcher: Watcher | None,
) -> Outcome:
    last: Proof | None = None
    obstacles: list[str] = []
    count = 0
    for design in designs:
        if count == MOST_CANDIDATES:
            break
        count += 1
        say(f"building and proving candidate {count}")
        try:
            proof, after = _prove(engine, wish, before, design, watcher)
        except BuildFailed as error:
            obstacles.append(f"candidate {count} cannot be built: {error}")
            designs.failed(error)
            continue
        last = replace(proof, candidates=count)
        if proof.verdict == "proved":
            return _worth_it(wish, _timed(engine, wish, last, before, after), design)
        if proof.verdict == "not proved":
            return Outcome(replace(last, files=()), None)
        obstacles += [f"candidate {count}: {reason}" for reason in proof.reasons[:3]]
        designs.failed(proof)
    if not count and designs.declines:
        return _declined(designs.declines[0])
    reasons = ("No design of it could be proved, so the file is better left alone.", *obstacles)
    proof = last or Proof("declined")
    return Outcome(replace(proof, verdict="declined", reasons=reasons, candidates=count, files=()), None)


def _prove(
    engine: Engine, wish: Wish, before: _Before, design: Design, watcher: Watcher | None
) -> tuple[Proof, Made]:
    loaded = wish.loaded
    request = replace(
        request_of(loaded.place.context, wish.inputs, None),
        dockerfile_text=design.dockerfile,
        ignore_text=ignore_text(loaded, design),
        target=None,
    )
    after = make(engine, Named("the design", request, parse(design.dockerfile)), watcher)
    proof = judge(
        engine,
        before.subject,
        subject(engine, after, loaded.project, edit=wish.watching.measure),
        reason_for=before.evidence.reason_for,
        allows=design.allows,
        hardenings=design.hardenings,
        watching=wish.watching,
        project=loaded.project,
        observed_before=before.seen,
        build_again=lambda: _again(engine, before),
        waivers=design.waivers,
        gated=after.gated,
    )
    scope = replace(
        proof.scope,
        arguments=wish.inputs.build_args,
        target=wish.inputs.target or "",
        original=before.made.named.name,
    )
    return replace(proof, scope=scope, files=tuple(sorted(design.files.items()))), after


def _again(engine: Engine, before: _Before) -> ImageTree:
    assert before.made.named.request is not None  # noqa: S101
    return read_tree(engine, measuring.cold(engine, before.made.named.request).ref)


def _apply_template(
    engine: Engine, wish: Wish, say: Callable[[str], None], watcher: Watcher | None
) -> Outcome:
    names = frozenset(HARDENINGS) if wish.harden is None else wish.harden
    design = template(wish.loaded, names, wish.scanner)
    if isinstance(design, Decline):
        return _declined(design)
    context = wish.loaded.place.context.resolve()
    name = f"the single-stage Dockerfile that people write for {design.ecosystem}"
    say(f"building {name}")
    made = make(engine, text_side(name, parse(design.naive or ""), context, wish.inputs), watcher)
    say("running it, twice")
    before = _before(engine, made, wish)
    obstacles: list[str] = []
    proof = Proof("declined")
    for count, wanted in enumerate(_ever_fewer(names), 1):
        design = template(wish.loaded, wanted, wish.scanner)
        assert isinstance(design, Design)  # noqa: S101
        say(f"building and proving candidate {count}")
        try:
            proof, after = _prove(engine, wish, before, design, watcher)
        except BuildFailed as error:
            obstacles.append(f"candidate {count} cannot be built: {error}")
            continue
        proof = replace(proof, candidates=count)
        if proof.verdict == "proved":
            return Outcome(_timed(engine, wish, proof, before, after), design)
        if proof.verdict == "not proved":
            return Outcome(replace(proof, files=()), None)
        obstacles += [f"candidate {count}: {reason}" for reason in proof.reasons[:3]]
    reasons = ("No design of it could be proved.", *obstacles)
    return Outcome(replace(proof, verdict="declined", reasons=reasons, files=()), None)


def _timed(engine: Engine, wish: Wish, proof: Proof, before: _Before, after: Made) -> Proof:
    return timed(engine, proof, before.made, after) if wish.watching.measure else proof


def _ever_fewer(names: Set[str]) -> Iterator[frozenset[str]]:
    left = set(names)
    yield frozenset(left)
    for name in _YIELDING:
        if name in left:
            left.discard(name)
            yield frozenset(left)


def _before(engine: Engine, made: Made, wish: Wish) -> _Before:
    project, config = wish.loaded.project, made.tree.config
    first = observe_first(engine, made.ref, project, wish.watching, config)
    second = observe(engine, made.ref, asked(first, wish.watching.probes), wish.watching, config)
    evidence = learn(made.tree, made.base, project, first.mapped)
    measured = subject(engine, made, project, edit=wish.watching.measure)
    return _Before(made, measured, evidence, (first, second))


def _worth_it(wish: Wish, proof: Proof, design: Design) -> Outcome:
    before, after = proof.before.size, proof.after.size
    if wish.harden or before is None or after is None or wish.min_saving.is_met(before, after):
        return Outcome(proof, design)
    saved = max(0, before - after)
    reason = (
        f"The best design saves {saved / 1e6:.1f} MB of {before / 1e6:.1f} MB, "
        "less than is worth a change (min_saving)."
    )
    return Outcome(replace(proof, verdict="declined", reasons=(reason,), files=()), None)


def _declined(decline: Decline) -> Outcome:
    hints = (decline.hint,) if decline.hint else ()
    return Outcome(Proof("declined", reasons=(decline.reason,), hints=hints, scope=Scope()), None)


def _is_in(error: BuildFailed, stage: str) -> bool:
    return stage in f"{error} {getattr(error, 'step', '')}"
