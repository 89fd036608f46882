"""The design of a project that has no Dockerfile: its ecosystem's recipe, hardened unless told otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from stagewright.design.hardenings import HardeningContext, harden
from stagewright.design.template import from_recipe
from stagewright.ecosystems.registry import find
from stagewright.model.design import HARDENINGS, Decline, Design
from stagewright.model.image import ImageConfig
from stagewright.model.recipe import Recipe
from stagewright.verbs.loading import Loaded
from stagewright.verbs.search import Fixed


def template(
    loaded: Loaded, names: Set[str] | None, scanner: str | None = None, failing: Set[str] = frozenset()
) -> Design | Decline:
    """All hardenings that can be made, or those of `names`. A Decline where nothing is recognised."""
    ecosystem = find(loaded.project)
    if ecosystem is None:
        return Decline(
            "nothing-recognised",
            f"There is no Dockerfile in {loaded.place.context}, and no project that Stagewright knows.",
            "Give the folder of a Bun, Node.js, Python or Go project, or a Dockerfile.",
        )
    recipe = ecosystem.recipe(loaded.project)
    if isinstance(recipe, Decline):
        return recipe
    context = HardeningContext(
        loaded.project,
        config=_naive_config(recipe),
        recipe=recipe,
        ecosystem=ecosystem,
        failing=frozenset(failing),
    )
    design = from_recipe(recipe, loaded.project, loaded.name, scanner=scanner)
    return harden(design, frozenset(HARDENINGS) if names is None else names, context)


@dataclass(frozen=True, slots=True)
class Templates(Fixed):
    """The one design of a project without a Dockerfile, as a search tries it."""

    loaded: Loaded
    scanner: str | None

    def designs(self) -> Iterator[Design | Decline]:
        yield template(self.loaded, frozenset(), self.scanner)

    def hardened(self, design: Design, names: Set[str], failing: Set[str] = frozenset()) -> Design:
        made = template(self.loaded, names, self.scanner, failing)
        return design if isinstance(made, Decline) else made


def _naive_config(recipe: Recipe) -> ImageConfig:
    exposed = () if recipe.port is None else (f"{recipe.port}/tcp",)
    return ImageConfig(workdir=recipe.workdir, exposed=exposed)
