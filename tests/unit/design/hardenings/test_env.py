import pytest

from stagewright.design.hardenings import harden
from tests.unit.design.hardenings.designs import CONTEXT, allowed, entry, restaged, steps, with_config

ENV = frozenset({"env"})


@pytest.mark.parametrize(
    ("base", "text"),
    [("node:22-slim", "ENV NODE_ENV=production"), ("python:3.13-slim", "ENV PYTHONUNBUFFERED=1")],
)
def test_the_runtimes_own_setting(base: str, text: str) -> None:
    design = harden(restaged("COPY . .", "CMD x", base=base), ENV, CONTEXT)
    assert steps(design)[1] == text
    assert ("config", f"env:{text[4:].partition('=')[0]}") in allowed(design, "env")


def test_what_the_user_set_stays() -> None:
    context = with_config(env=(("NODE_ENV", "staging"),))
    assert entry(harden(restaged("COPY . .", "CMD x"), ENV, context), "env") is None
    for text in ("ENV NODE_ENV=test", "ENV A=1 NODE_ENV=test", "ENV NODE_ENV test"):
        assert entry(harden(restaged(text, "CMD x"), ENV, CONTEXT), "env") is None
    assert entry(harden(restaged("ENV MY_NODE_ENV=test", "CMD x"), ENV, CONTEXT), "env") is not None


def test_no_setting_is_known_for_a_plain_base() -> None:
    assert entry(harden(restaged("COPY . .", base="debian:12"), ENV, CONTEXT), "env") is None
