from dataclasses import replace

from stagewright.design.hardenings import harden
from tests.unit.design.hardenings.designs import CONTEXT, allowed, entry, restaged, steps, with_config

EXPOSE = frozenset({"expose"})


def test_the_port_that_was_bound() -> None:
    design = harden(restaged("COPY . .", "CMD x"), EXPOSE, CONTEXT)
    assert steps(design) == ["COPY . .", "EXPOSE 3000", "CMD x"]
    assert allowed(design, "expose") == {("config", "exposed")}


def test_a_declared_or_unknown_port_is_left_alone() -> None:
    assert entry(harden(restaged("EXPOSE 80", "CMD x"), EXPOSE, CONTEXT), "expose") is None
    assert entry(harden(restaged("CMD x"), EXPOSE, with_config(exposed=("80/tcp",))), "expose") is None
    assert entry(harden(restaged("CMD x"), EXPOSE, replace(CONTEXT, ports=())), "expose") is None
