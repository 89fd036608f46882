"""The stand-ins for the official images, in the order in which they are made: the most needed first."""

from tests.lab.images import alpine, bun, debian, distroless, golang, nginx, node, python, tools
from tests.lab.images.recipe import Recipe

OLD = frozenset({"busybox", "debian-bookworm-slim", "node-22", "node-22-slim", "dockerfile-frontend"})


def catalogue(old: bool) -> tuple[Recipe, ...]:
    """Every recipe, each after those that it needs; for the oldest engine a few."""
    recipes = (
        *debian.recipes(),
        *tools.recipes(),
        *bun.recipes(),
        *debian.buildpack_recipes(),
        *node.recipes(),
        *python.recipes(),
        *distroless.recipes(),
        *golang.recipes(),
        *nginx.recipes(),
        *debian.ubuntu_recipes(),
        *alpine.recipes(),
        *nginx.alpine_recipes(),
    )
    if not old:
        return recipes
    wanted = with_needs(OLD, {recipe.name: recipe for recipe in recipes})
    return tuple(recipe for recipe in recipes if recipe.name in wanted)


def with_needs(names: frozenset[str], recipes: dict[str, Recipe]) -> frozenset[str]:
    """These recipes and all that they stand on."""
    above = frozenset(need for name in names for need in recipes[name].needs)
    return names if above <= names else with_needs(names | above, recipes)
