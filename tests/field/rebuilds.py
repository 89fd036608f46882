"""What the study measures beside the proof: builds after an edit, and the maintainer's own image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stagewright.engine import BuildFailed, BuildRequest, Engine, RegistryFault
from stagewright.evidence.sizes import measure
from stagewright.evidence.tree import read_tree
from stagewright.proof.rules import installing_steps
from stagewright.verbs.loading import load
from stagewright.verbs.measuring import after_edit
from stagewright.verbs.place import locate


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Seconds of a build after a line was added to one source file; `again`: it installed packages again."""

    seconds: float
    again: bool


def rebuild(engine: Engine, context: Path, dockerfile: str) -> Rebuilt | None:
    """None where there is no source file to edit, or the edit breaks the build."""
    request = BuildRequest(context=context, dockerfile=context / dockerfile)
    project = load(locate(context, context / dockerfile)).project
    try:
        engine.build(request)
        built = after_edit(engine, request, project)
    except BuildFailed:
        return None
    if built is None:
        return None
    again = any(not step.cached for step in installing_steps(built.steps))
    return Rebuilt(round(built.seconds, 2), again)


def size_of(engine: Engine, context: Path, text: str) -> int | None:
    """Bytes of the image that the text makes in the context; None where it cannot be built."""
    try:
        ref = engine.build(BuildRequest(context=context, dockerfile_text=text)).ref
    except (BuildFailed, RegistryFault):
        return None
    return measure(read_tree(engine, ref).layers, ()).total
