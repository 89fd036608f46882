"""What the new image shows beside the original: a difference counts once a second run shows one, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stagewright.model.design import Allowance
from stagewright.model.proof import BehaviourDifference
from stagewright.model.run import Observation
from stagewright.proof.compare import compare

# Runs after one that differed; all of them must show what the original shows.
_FURTHER_RUNS = 2


@dataclass(frozen=True, slots=True)
class Look:
    """`once` names what one run of several showed otherwise, and the others did not."""

    seen: Observation
    behaviour: tuple[BehaviourDifference, ...]
    once: str = ""


def look(
    originals: tuple[Observation, Observation],
    allows: Sequence[Allowance],
    run: Callable[[], Observation],
    *,
    again: bool = True,
) -> Look:
    """Run it, and where it differs run it again: a busy machine makes a difference once.

    What the program lacks it lacks in each run, and then the first one's differences stand. Without `again`
    they stand at once.
    """
    first = _look(originals, allows, run)
    if not again or not differs(first):
        return first
    further = first
    for _ in range(_FURTHER_RUNS):
        further = _look(originals, allows, run)
        if differs(further):
            return first
    once = next((item.subject for item in first.behaviour if not item.hardening), "health")
    return Look(further.seen, further.behaviour, once)


def _look(
    originals: tuple[Observation, Observation], allows: Sequence[Allowance], run: Callable[[], Observation]
) -> Look:
    seen = run()
    return Look(seen, compare(originals, seen, allows))


def differs(look: Look) -> bool:
    """Whether it shows something that nothing declares."""
    return look.seen.healthy is False or any(not item.hardening for item in look.behaviour)
