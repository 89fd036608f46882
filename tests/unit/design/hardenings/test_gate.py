from dataclasses import replace

from stagewright.design.hardenings import harden
from stagewright.design.template import from_recipe
from tests.unit.design.hardenings.designs import TEMPLATE, entry, steps
from tests.unit.design.recipes import BUN, BUN_PROJECT

GATE = frozenset({"gate"})


def test_production_needs_something_of_each_gated_stage() -> None:
    design = harden(from_recipe(BUN, BUN_PROJECT, scanner="audit"), GATE, TEMPLATE)
    for name in ("tester", "scanner"):
        assert f"COPY --from={name} /tmp/gate/ /" in steps(design)
        stage = next(stage for stage in design.stages if stage.name == name)
        assert stage.steps[-1].text == "RUN mkdir /tmp/gate"


def test_what_is_gated_already_is_left() -> None:
    once = harden(from_recipe(BUN, BUN_PROJECT), GATE, TEMPLATE)
    again = harden(replace(once, hardenings=()), GATE, TEMPLATE)
    assert entry(again, "gate") is None
    assert again.dockerfile == once.dockerfile


def test_failing_tests_leave_it_open() -> None:
    design = harden(from_recipe(BUN, BUN_PROJECT), GATE, replace(TEMPLATE, tests_pass=False))
    found = entry(design, "gate")
    assert found is not None and not found.on and found.needs == "tests that pass: they fail now"
    assert "/tmp/gate" not in design.dockerfile


def test_a_project_without_tests_is_told_so() -> None:
    found = entry(harden(from_recipe(replace(BUN, test=""), BUN_PROJECT), GATE, TEMPLATE), "gate")
    assert found is not None and found.needs.startswith("tests in the project")
