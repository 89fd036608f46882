"""All mutants of a design, always the same ones in the same order.

A change that changes nothing is not made: whether it does is told from the design's own image and its base.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.mutants.design import ProvedDesign
from tests.mutants.files import changed_files
from tests.mutants.instructions import changed_instructions
from tests.mutants.mutant import Mutant


def mutants(design: ProvedDesign) -> tuple[Mutant, ...]:
    """Each differs from the design in one respect."""
    return (*changed_instructions(design), *changed_files(design))


def sampled(found: Sequence[Mutant], count: int) -> Sequence[Mutant]:
    """`count` of them, evenly spread; all where there are no more."""
    if count >= len(found):
        return found
    return [found[index * len(found) // count] for index in range(count)]
