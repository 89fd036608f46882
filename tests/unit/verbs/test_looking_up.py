from __future__ import annotations

from collections.abc import Iterator

import pytest

from stagewright.model.design import Design, StagePlan
from stagewright.model.request import BuildInputs
from stagewright.verbs.looking_up import with_base_sizes
from tests.unit.images.fake_registry import FakeRegistry, entry, fake_registry, manifest

AMD64, ARM64 = (f"sha256:{letter * 64}" for letter in "ab")


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with fake_registry() as running:
        running.serve("node", "22-slim", manifest(40, 2))
        index = {"manifests": [entry(AMD64, "linux", "amd64"), entry(ARM64, "linux", "arm64", "v8")]}
        running.serve("node", "22", index)
        running.serve("node", AMD64, manifest(1_000))
        running.serve("node", ARM64, manifest(900))
        yield running


def designed(text: str, **sizes: int) -> Design:
    """A design of that Dockerfile; `sizes` are the stages that were measured."""
    froms = [line.split() for line in text.splitlines() if line.startswith("FROM ")]
    stages = tuple(StagePlan(words[-1], "", words[-3], size=sizes.get(words[-1])) for words in froms)
    return Design("split", "", stages, "Dockerfile", {"Dockerfile": text}, notes=("a note",))


def looked_up(design: Design, inputs: BuildInputs) -> dict[str, int | None]:
    result = with_base_sizes(design, inputs)
    assert [stage.size for stage in result.stages] == [stage.size for stage in design.stages]
    return {stage.name: stage.base_compressed for stage in result.stages}


def test_bases_are_looked_up_and_stages_on_stages_are_not(registry: FakeRegistry) -> None:
    text = f"""\
ARG VERSION=22
FROM {registry.host}/node:$VERSION AS deps
FROM deps AS builder
FROM {registry.host}/node:${{VERSION}}-slim AS production
"""
    found = looked_up(designed(text), BuildInputs())
    assert found == {"deps": 1_000, "builder": None, "production": 42}
    given = BuildInputs(build_args=(("VERSION", "22-slim"),))
    assert looked_up(designed(text), given)["deps"] == 42


def test_the_platform_is_the_stages_own_or_the_one_that_is_asked_for(registry: FakeRegistry) -> None:
    text = f"""\
FROM --platform=linux/arm64 {registry.host}/node:22 AS pinned
FROM --platform=$TARGETPLATFORM {registry.host}/node:22 AS target
FROM {registry.host}/node:22 AS production
"""
    assert looked_up(designed(text), BuildInputs()) == {"pinned": 900, "target": 1_000, "production": 1_000}
    for_arm = looked_up(designed(text), BuildInputs(platform="linux/arm64"))
    assert for_arm == {"pinned": 900, "target": 900, "production": 900}


def test_what_no_registry_has_is_not_asked_for(registry: FakeRegistry) -> None:
    text = f"""\
FROM scratch AS files
FROM {registry.host}/node:22 AS builder
FROM mine AS production
"""
    inputs = BuildInputs(build_contexts=(("mine", "../mine"),))
    result = with_base_sizes(designed(text, builder=5_000), inputs)
    assert registry.asked == []
    assert result == designed(text, builder=5_000)


def test_a_failure_leaves_its_stage_unmeasured_and_is_noted_once(registry: FakeRegistry) -> None:
    text = f"""\
FROM {registry.host}/none:1 AS deps
FROM {registry.host}/none:1 AS builder
FROM {registry.host}/node:22-slim AS production
"""
    result = with_base_sizes(designed(text), BuildInputs())
    assert [stage.base_compressed for stage in result.stages] == [None, None, 42]
    assert result.notes == (
        "a note",
        f"The size of {registry.host}/none:1 was not looked up: the registry has no such image.",
    )
