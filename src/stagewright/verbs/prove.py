"""`prove`: is one Dockerfile or image a good rewrite of another one?"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, replace

from stagewright.dockerfile import parse
from stagewright.ecosystems.registry import find
from stagewright.engine import Engine
from stagewright.errors import UsageError
from stagewright.evidence.bold import learn_boldly
from stagewright.evidence.judge import learn
from stagewright.evidence.tree import ImageTree, read_tree
from stagewright.model.design import Decline
from stagewright.model.project import Consumer, Project
from stagewright.model.proof import Proof, Scope
from stagewright.model.request import BuildInputs, Place, Watching
from stagewright.project import read_project
from stagewright.proof import wanted
from stagewright.proof.observe import observe_first
from stagewright.proof.prove import judge
from stagewright.verbs import measuring
from stagewright.verbs.composing import with_images
from stagewright.verbs.loading import name_of
from stagewright.verbs.sides import (
    Named,
    Watcher,
    dockerfile_side,
    make,
    name_side,
    on_known_base,
    text_side,
)
from stagewright.verbs.subjects import subject, timed


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared: each a Dockerfile or an image. `harden` names the changes that are wanted.

    `bold`: what only the run-time closure leaves behind may be missing.
    """

    place: Place
    before: Named
    after: Named
    project: Project
    inputs: BuildInputs
    watching: Watching
    harden: Set[str] = frozenset()
    bold: bool = False


def pair(
    place: Place,
    before: str | None,
    after: str | None,
    inputs: BuildInputs,
    watching: Watching,
    harden: Set[str],
    *,
    bold: bool = False,
) -> Pair:
    """What is not given is the context's own Dockerfile, or the usual single-stage one of its ecosystem.

    Raises UsageError, DockerfileSyntaxError.
    """
    context = place.context.resolve()
    project = read_project(context, dockerfile=name_of(place) if place.dockerfile else None)
    old = name_side(before, context, inputs) if before else _own(place, project, inputs)
    new = name_side(after, context, inputs) if after else _own(place, project, inputs)
    users = tuple(user for user in project.consumers if _of_target(user, old) and _of_target(user, new))
    return Pair(
        place,
        old,
        _retargeted(new),
        replace(project, consumers=users),
        inputs,
        watching,
        harden,
        bold,
    )


def prove_pair(engine: Engine, wish: Pair, watcher: Watcher | None = None) -> Proof:
    """Build both, account for every file, run both, compare. Writes nothing."""
    wish = replace(wish, watching=with_images(engine, wish.watching, watcher))
    before = make(engine, wish.before, watcher)
    after = make(engine, wish.after, watcher)
    before = on_known_base(engine, before, wish.after)
    after = on_known_base(engine, after, wish.before)
    first = observe_first(engine, before.ref, wish.project, wish.watching, before.tree.config)
    judged = learn_boldly if wish.bold else learn
    evidence = judged(before.tree, before.base, wish.project, first.mapped)
    subjects = [subject(engine, side, wish.project, edit=wish.watching.measure) for side in (before, after)]
    proof = judge(
        engine,
        *subjects,
        reason_for=evidence.reason_for,
        allows=(),
        hardenings=wanted.wanted(wish.harden, before.tree, after.tree),
        watching=wish.watching,
        project=wish.project,
        observed_before=(first,),
        build_again=_again(engine, wish),
        waivers=evidence.waivers,
        gated=after.gated,
        variables=evidence.variables,
    )
    proof = replace(proof, scope=_scope(proof.scope, wish))
    return timed(engine, proof, before, after) if wish.watching.measure else proof


def _own(place: Place, project: Project, inputs: BuildInputs) -> Named:
    if place.dockerfile is not None:
        return dockerfile_side(place.dockerfile, place.context.resolve(), inputs)
    ecosystem = find(project)
    recipe = ecosystem.recipe(project) if ecosystem else None
    if recipe is None or isinstance(recipe, Decline):
        raise UsageError(
            f"there is no Dockerfile in {place.context} to compare with",
            "Give both sides: --before FILE|IMAGE --after FILE|IMAGE.",
        )
    name = f"the single-stage Dockerfile that people write for {recipe.ecosystem}"
    return text_side(name, parse(recipe.naive, "Dockerfile"), place.context.resolve(), inputs)


def _of_target(consumer: Consumer, side: Named) -> bool:
    """Whether a consumer uses the stage that is built; so does one that names a stage of the other file."""
    request, dockerfile = side.request, side.dockerfile
    if request is None or dockerfile is None:
        return True
    used, built = (
        dockerfile.stage(target) if target else dockerfile.stages[-1]
        for target in (consumer.target, request.target)
    )
    return used is None or built is None or used is built


def _retargeted(after: Named) -> Named:
    """A rewrite that has no stage of the target's name is built up to its last."""
    request, dockerfile = after.request, after.dockerfile
    if request is None or dockerfile is None or not request.target or dockerfile.stage(request.target):
        return after
    return replace(after, request=replace(request, target=None))


def _again(engine: Engine, wish: Pair) -> Callable[[], ImageTree] | None:
    request = wish.before.request
    return None if request is None else lambda: read_tree(engine, measuring.cold(engine, request).ref)


def _scope(scope: Scope, wish: Pair) -> Scope:
    return replace(
        scope,
        arguments=wish.inputs.build_args,
        target=wish.inputs.target or "",
        original=wish.before.name,
    )
