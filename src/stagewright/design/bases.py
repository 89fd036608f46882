"""What the image below a stage can do, by its name alone."""

from __future__ import annotations

from collections.abc import Sequence

from stagewright.images import Reference, release
from stagewright.model.design import StagePlan


def image_of(stage: StagePlan, stages: Sequence[StagePlan]) -> str:
    """The image that the stage stands on, through the stages between."""
    bases = {plan.name.lower(): plan.base for plan in stages}
    name, seen = stage.base, {stage.name.lower()}
    while name.lower() in bases and name.lower() not in seen:
        seen.add(name.lower())
        name = bases[name.lower()]
    return name


def family(image: str) -> str:
    """The familiar name without tag and digest; "" for `scratch` and for a variable."""
    try:
        return Reference.parse(image).name
    except ValueError:
        return ""


def has_shell(image: str) -> bool:
    """False too where it is not known."""
    name = family(image)
    return bool(name) and not name.startswith("gcr.io/distroless/")


def is_alpine(image: str) -> bool:
    return release(image) == "alpine" or family(image) == "busybox"
