from dataclasses import replace

import pytest

from stagewright.design.hardenings import HardeningContext, harden
from stagewright.model.design import Design
from stagewright.model.image import Healthcheck
from tests.unit.design.hardenings.designs import CONTEXT, allowed, entry, restaged, steps, with_config
from tests.unit.design.recipes import BUN

HEALTH = frozenset({"health"})


def hardened(base: str, context: HardeningContext = CONTEXT) -> Design:
    return harden(restaged("COPY . .", "CMD x", base=base), HEALTH, context)


@pytest.mark.parametrize(
    ("base", "program"),
    [
        ("node:22-slim", '["node", "-e", '),
        ("oven/bun:1-slim", '["bun", "-e", '),
        ("python:3.13-slim", '["python", "-c", '),
        ("node:22-alpine", '["node", "-e", '),
        ("alpine:3.20", '["wget", "-q", '),
        ("debian:bookworm-slim", '["bash", "-c", '),
    ],
)
def test_the_probe_is_something_that_the_image_has(base: str, program: str) -> None:
    (text,) = [text for text in steps(hardened(base)) if text.startswith("HEALTHCHECK")]
    assert f"CMD {program}" in text and "3000" in text and "curl" not in text
    assert ("config", "healthcheck") in allowed(hardened(base), "health")


@pytest.mark.parametrize("base", ["scratch", "gcr.io/distroless/static-debian12"])
def test_none_where_nothing_can_ask(base: str) -> None:
    found = entry(hardened(base), "health")
    assert found is not None and not found.on and "neither a runtime nor a shell" in found.needs


def test_none_without_a_port() -> None:
    found = entry(hardened("node:22-slim", replace(CONTEXT, ports=())), "health")
    assert found is not None and "port" in found.needs


def test_an_existing_one_stays() -> None:
    assert entry(hardened("node:22-slim", with_config(healthcheck=Healthcheck(("NONE",)))), "health") is None


def test_a_run_decides_over_the_text() -> None:
    context = replace(CONTEXT, recipe=BUN, ports=(4000,), answered=("/live",))
    text = next(text for text in steps(hardened("node:22-slim", context)) if "HEALTHCHECK" in text)
    assert "http://127.0.0.1:4000/live" in text
