"""Designs that leave the stages of an existing file as they are."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from stagewright.design.in_place import in_place, made_last
from stagewright.dockerfile import Dockerfile, Stage
from stagewright.ecosystems.registry import find
from stagewright.model.design import Decline, Design
from stagewright.model.request import BuildInputs
from stagewright.verbs.candidates import Restaging
from stagewright.verbs.loading import Loaded
from stagewright.verbs.search import Fixed


@dataclass(frozen=True, slots=True)
class InPlace(Fixed):
    """`plain` are the designs without hardenings; `restaging` knows what those may look at."""

    restaging: Restaging
    plain: tuple[Design | Decline, ...]

    def designs(self) -> Iterator[Design | Decline]:
        return iter(self.plain)

    def hardened(self, design: Design, names: Set[str], failing: Set[str] = frozenset()) -> Design:
        return self.restaging.hardened(design, names, failing)


def with_last(restaging: Restaging, dockerfile: Dockerfile) -> InPlace | None:
    """The target as the last stage; None where it is that already."""
    stage, loaded, inputs = restaging.learned.stage, restaging.loaded, restaging.inputs
    found = moved_to_the_end(dockerfile, stage, loaded, inputs)
    return InPlace(restaging, (found,)) if found else None


def moved_to_the_end(
    dockerfile: Dockerfile, stage: Stage, loaded: Loaded, inputs: BuildInputs
) -> Design | Decline | None:
    """None where the stage is the last one already."""
    if stage == dockerfile.stages[-1]:
        return None
    return made_last(
        dockerfile,
        stage,
        loaded.project,
        find(loaded.project),
        dockerfile_path=loaded.name,
        build_args=dict(inputs.build_args),
    )


def unmoved(restaging: Restaging, dockerfile: Dockerfile, names: Set[str]) -> InPlace | None:
    """The stages as they are, with manifests before the source, and with what hardenings change.

    None where that is nothing, and for a single stage.
    """
    loaded = restaging.loaded
    if len(dockerfile.stages) == 1 or restaging.learned.stage != dockerfile.stages[-1]:
        return None
    designs = [
        in_place(
            dockerfile,
            loaded.project,
            restaging.learned.original.files,
            find(loaded.project),
            dockerfile_path=loaded.name,
            build_args=dict(restaging.inputs.build_args),
            mend=mend,
        )
        for mend in (True, False)
    ]
    found = tuple(one for one in designs if changes(restaging.hardened(one, names)))
    return InPlace(restaging, found) if found else None


def changes(design: Design | None) -> bool:
    """Whether there is a design, and it is more than the original's stages laid out anew."""
    return design is not None and bool(design.notes or hardens(design))


def hardens(design: Design | None) -> bool:
    """Whether there is a design that makes a wanted change of behaviour."""
    return design is not None and any(item.on for item in design.hardenings)
