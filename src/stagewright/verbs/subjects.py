"""From sides that were made to the subjects of a proof, with the times that were asked for."""

from __future__ import annotations

from dataclasses import replace

from stagewright.engine import Engine
from stagewright.model.project import Project
from stagewright.model.proof import Proof, Side
from stagewright.proof.prove import Subject
from stagewright.verbs import measuring
from stagewright.verbs.sides import Made


def subject(engine: Engine, side: Made, project: Project, *, edit: bool) -> Subject:
    """`edit`: with a build after an edit of one source file, for the rule that dependencies stay cached."""
    rebuilt = (
        measuring.after_edit(engine, side.named.request, project) if edit and side.named.request else None
    )
    return Subject(side.tree, side.base, side.ref, side.build, rebuilt, side.base_name)


def timed(engine: Engine, proof: Proof, before: Made, after: Made) -> Proof:
    """With the seconds of cold builds."""
    return replace(
        proof, before=_timed(engine, proof.before, before), after=_timed(engine, proof.after, after)
    )


def _timed(engine: Engine, side: Side, made: Made) -> Side:
    if made.named.request is None:
        return side
    return replace(side, build_seconds=round(measuring.cold(engine, made.named.request).seconds, 1))
