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


def replaced(step: str, *test: str, **context: object) -> Design:
    before = replace(with_config(healthcheck=Healthcheck(test)), absent="curl", **context)  # type: ignore[arg-type]
    return harden(restaged("COPY . .", step, "CMD x", base="oven/bun:1-slim"), HEALTH, before)


def test_one_that_calls_what_the_original_lacks_asks_the_same_with_what_is_there() -> None:
    url = "http://localhost:8080/live?full=1"
    step = f"HEALTHCHECK --interval=5s --retries=2 CMD curl -f {url} || exit 1"
    design = replaced(step, "CMD-SHELL", f"curl -f {url} || exit 1")
    copied, text, start = steps(design)
    assert (copied, start) == ("COPY . .", "CMD x")
    assert text.startswith('HEALTHCHECK --interval=5s --retries=2 \\\n    CMD ["bun", "-e", ')
    assert "fetch('http://127.0.0.1:8080/live?full=1')" in text
    found = entry(design, "health")
    assert found is not None and "curl, which it lacks" in found.explanation


@pytest.mark.parametrize(("url", "asked"), [("localhost:81", "81/"), ("http://127.0.0.1/live", "80/live")])
def test_the_address_is_the_one_that_it_means_to_ask(url: str, asked: str) -> None:
    text = steps(replaced(f"HEALTHCHECK CMD curl {url}", "CMD-SHELL", f"curl {url} || exit 1"))[1]
    assert f"fetch('http://127.0.0.1:{asked}')" in text


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:$PORT/live",
        "http://api.test/live",
        "https://localhost/live",
        "localhost 81",
        f"localhost:{'9' * 5000}",
    ],
)
def test_an_address_that_the_text_does_not_tell_is_the_one_that_a_run_showed(url: str) -> None:
    text = steps(replaced(f"HEALTHCHECK CMD curl {url}", "CMD-SHELL", f"curl {url}", answered=("/x",)))[1]
    assert text.startswith('HEALTHCHECK CMD ["bun", "-e", ')
    assert "fetch('http://127.0.0.1:3000/x')" in text


def test_one_that_the_base_brings_is_replaced_in_production() -> None:
    context = replace(with_config(healthcheck=Healthcheck(("CMD", "curl", "localhost"))), absent="curl")
    assert "HEALTHCHECK" in hardened("oven/bun:1-slim", context).dockerfile
