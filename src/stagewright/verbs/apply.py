"""`apply`: design, prove, and write what is proved; a failed proof gives way to a more careful design."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from stagewright.dockerfile import parse
from stagewright.engine import Engine
from stagewright.evidence.bold import learn_boldly
from stagewright.evidence.judge import learn
from stagewright.evidence.tree import ImageTree, read_tree
from stagewright.model.design import HARDENINGS, Decline, Design
from stagewright.model.evidence import Evidence
from stagewright.model.project import Project
from stagewright.model.proof import Proof, Scope
from stagewright.model.request import BuildInputs, Watching
from stagewright.model.run import Observation
from stagewright.proof.observe import asked, observe, observe_first
from stagewright.proof.prove import Subject, judge
from stagewright.proof.verdict import unseen
from stagewright.verbs import measuring
from stagewright.verbs.boldly import boldly
from stagewright.verbs.candidates import Restaging
from stagewright.verbs.composing import with_images
from stagewright.verbs.ignoring import ignore_text
from stagewright.verbs.in_place import changes, hardens, unmoved, with_last
from stagewright.verbs.learning import learn_original
from stagewright.verbs.loading import Loaded
from stagewright.verbs.search import Source, declined, search
from stagewright.verbs.settings import MinSaving
from stagewright.verbs.sides import Made, Named, Watcher, make, request_of, text_side
from stagewright.verbs.subjects import subject, timed
from stagewright.verbs.templating import Templates, template
from stagewright.verbs.worth import too_little
from stagewright.verbs.writing import write_files


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for. `harden` None: not said (none for an existing file, all for a new one).

    `bold`: an existing file is restaged from the run-time closure alone, where that can be proved.
    `last`: a target that stands before other stages becomes the last one, and nothing else changes by itself.
    """

    loaded: Loaded
    inputs: BuildInputs
    watching: Watching
    harden: frozenset[str] | None = None
    scanner: str | None = None
    min_saving: MinSaving = MinSaving()
    bold: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """`design` is None where there is nothing to write."""

    proof: Proof
    design: Design | None


@dataclass(frozen=True, slots=True)
class _Before:
    """The original as it was built, read and seen twice; `again` gives the files of a second cold build."""

    made: Made
    subject: Subject
    evidence: Evidence
    seen: tuple[Observation, Observation]
    again: Callable[[], ImageTree]


def apply(
    engine: Engine, wish: Wish, say: Callable[[str], None] = lambda _: None, watcher: Watcher | None = None
) -> Outcome:
    """Prove a design; nothing is written. Raises what the engine raises for the original."""
    dockerfile = wish.loaded.dockerfile
    if dockerfile is None:
        return _apply_template(engine, wish, say, watcher)
    wish = replace(wish, watching=with_images(engine, wish.watching, watcher))
    say("building the original")
    learned = learn_original(engine, wish.loaded, wish.inputs, on_progress=watcher)
    place = wish.loaded.place
    named = Named("the Dockerfile", request_of(place.context, wish.inputs, place.dockerfile), dockerfile)
    made = Made(
        named, learned.image.ref, learned.image, learned.original, learned.base_name, learned.base, None
    )
    say("running the original, twice")
    before = _before(engine, made, wish)
    restaging = Restaging(wish.loaded, wish.inputs, learned, before.evidence, before.seen[0], wish.scanner)
    names = wish.harden or frozenset()

    def searched(source: Source) -> Outcome:
        return _search(engine, wish, before, source, names, say, watcher)

    if moved := with_last(restaging, dockerfile) if wish.last else None:
        return searched(moved)
    bold = partial(_learn_boldly, before, wish.loaded.project)
    outcome = searched(boldly(restaging, bold) if wish.bold else restaging)
    reason = _too_little(wish, outcome)
    if reason or outcome.proof.verdict == "declined":
        kept = unmoved(restaging, dockerfile, names)
        found = searched(kept) if kept else None
        if found and changes(found.design):
            return found
    return _unwritten(outcome, reason) if reason and not hardens(outcome.design) else outcome


def write(loaded: Loaded, design: Design) -> tuple[Path, ...]:
    """Write a design's files; the paths that changed. Raises as `write_files` does."""
    return write_files(loaded.place.context.resolve(), design.files, loaded.as_read)


def _search(
    engine: Engine,
    wish: Wish,
    before: _Before,
    source: Source,
    names: Set[str],
    say: Callable[[str], None],
    watcher: Watcher | None,
) -> Outcome:
    reasons, hints = unseen(before.seen, wish.watching.probes)
    if reasons and any(isinstance(one, Design) for one in source.designs()):
        config = before.made.tree.config
        scope = Scope(platform=f"{config.os}/{config.architecture}")
        return Outcome(Proof("not proved", reasons, hints, _scope(scope, wish, before)), None)
    ended = search(source, names, lambda design: _prove(engine, wish, before, design, watcher), say)
    if ended.found is None:
        return Outcome(ended.proof, None)
    design, after = ended.found
    proof = timed(engine, ended.proof, before.made, after) if wish.watching.measure else ended.proof
    return Outcome(proof, design)


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
        reason_for=lambda path: design.unshown.get(path) or before.evidence.reason_for(path),
        allows=design.allows,
        hardenings=design.hardenings,
        watching=wish.watching,
        project=loaded.project,
        observed_before=before.seen,
        build_again=before.again,
        waivers=design.waivers,
        gated=after.gated,
        variables=before.evidence.variables,
    )
    files = tuple(sorted(design.files.items()))
    return replace(proof, scope=_scope(proof.scope, wish, before), files=files), after


def _scope(scope: Scope, wish: Wish, before: _Before) -> Scope:
    inputs = wish.inputs
    return replace(
        scope, arguments=inputs.build_args, target=inputs.target or "", original=before.made.named.name
    )


def _apply_template(
    engine: Engine, wish: Wish, say: Callable[[str], None], watcher: Watcher | None
) -> Outcome:
    names = frozenset(HARDENINGS) if wish.harden is None else wish.harden
    design = template(wish.loaded, names, wish.scanner)
    if isinstance(design, Decline):
        return Outcome(declined(design), None)
    wish = replace(wish, watching=with_images(engine, wish.watching, watcher))
    context = wish.loaded.place.context.resolve()
    name = f"the single-stage Dockerfile that people write for {design.ecosystem}"
    say(f"building {name}")
    made = make(engine, text_side(name, parse(design.naive or ""), context, wish.inputs), watcher)
    say("running it, twice")
    before = _before(engine, made, wish)
    return _search(engine, wish, before, Templates(wish.loaded, wish.scanner), names, say, watcher)


def _before(engine: Engine, made: Made, wish: Wish) -> _Before:
    project, config = wish.loaded.project, made.tree.config
    first = observe_first(engine, made.ref, project, wish.watching, config)
    second = observe(engine, made.ref, asked(first, wish.watching.probes), wish.watching, config)
    evidence = learn(made.tree, made.base, project, first.mapped)
    measured = subject(engine, made, project, edit=wish.watching.measure)
    return _Before(made, measured, evidence, (first, second), cache(lambda: _again(engine, made)))


def _learn_boldly(before: _Before, project: Project, named: Set[str]) -> Evidence:
    mapped = {path for seen in before.seen for path in seen.mapped}
    return learn_boldly(before.made.tree, before.made.base, project, sorted(mapped | named))


def _again(engine: Engine, made: Made) -> ImageTree:
    assert made.named.request is not None  # noqa: S101
    return read_tree(engine, measuring.cold(engine, made.named.request).ref)


def _too_little(wish: Wish, outcome: Outcome) -> str:
    """Why a design is not worth a change; "" where it is, and where there is none."""
    before, after = outcome.proof.before.size, outcome.proof.after.size
    if outcome.design is None or before is None or after is None:
        return ""
    decline = too_little(wish.min_saving, before, after)
    return decline.reason if decline else ""


def _unwritten(outcome: Outcome, reason: str) -> Outcome:
    reasons = (reason, *outcome.proof.obstacles)
    return Outcome(replace(outcome.proof, verdict="declined", reasons=reasons, files=()), None)
