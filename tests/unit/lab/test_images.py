"""The catalogue: an order that can be built, tags that name one image."""

import re
from collections import Counter

import pytest

from tests.lab import images
from tests.lab.images.recipe import FOLDER, Recipe

RECIPES = images.catalogue(old=False)
MADE = re.compile(r"^(?:FROM|COPY --link --from=|COPY --from=)\s*([^\s]+)", re.MULTILINE)


def test_every_recipe_comes_after_those_that_it_needs() -> None:
    seen: set[str] = set()
    for recipe in RECIPES:
        assert set(recipe.needs) <= seen, recipe.name
        seen.add(recipe.name)


def test_no_two_recipes_share_a_name_or_a_tag() -> None:
    names = Counter(recipe.name for recipe in RECIPES)
    tags = Counter(tag for recipe in RECIPES for tag in recipe.tags)
    assert [name for name, count in (names + tags).items() if count > 1] == []


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_what_a_dockerfile_stands_on_is_among_its_needs(recipe: Recipe) -> None:
    text = (FOLDER / recipe.dockerfile).read_text()
    for name, value in recipe.arguments:
        text = text.replace(f"${{{name}}}", value)
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", text, re.MULTILINE)) | {"scratch"}
    bases = set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) - stages
    tags = {tag for other in RECIPES if other.name in recipe.needs for tag in other.tags}
    assert bases <= tags


def test_the_oldest_engine_gets_a_few_with_all_that_they_stand_on() -> None:
    old = images.catalogue(old=True)
    assert {"node-22", "node-22-slim", "dockerfile-frontend"} <= {recipe.name for recipe in old}
    assert len(old) < len(RECIPES) / 3
    seen: set[str] = set()
    for recipe in old:
        assert set(recipe.needs) <= seen
        seen.add(recipe.name)


@pytest.mark.parametrize(
    "tag",
    [
        "debian:bookworm-slim",
        "debian:13",
        "ubuntu:24.04",
        "oven/bun:1",
        "oven/bun:1-slim",
        "oven/bun:1-alpine",
        "node:20",
        "node:22-slim",
        "node:24-bookworm-slim",
        "node:24-alpine",
        "python:3.11-slim-bookworm",
        "python:3.13",
        "python:3.13-slim-trixie",
        "golang:1.26",
        "golang:1.25-bookworm",
        "nginx:stable",
        "nginxinc/nginx-unprivileged:stable",
        "gcr.io/distroless/static:nonroot",
        "gcr.io/distroless/base-debian12:nonroot",
        "gcr.io/distroless/cc:latest",
        "busybox:latest",
        "alpine:3",
        "ghcr.io/astral-sh/uv:latest",
        "docker/dockerfile:1",
    ],
)
def test_the_official_names_that_people_use_are_there(tag: str) -> None:
    assert any(tag in recipe.tags for recipe in RECIPES)
