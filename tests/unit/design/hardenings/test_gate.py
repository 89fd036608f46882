from dataclasses import replace

from stagewright.design.hardenings import harden
from stagewright.design.render import rendered
from stagewright.design.template import from_recipe
from stagewright.model.design import Design, StagePlan, Step
from tests.unit.design.hardenings.designs import CONTEXT, TEMPLATE, entry, steps
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
    design = harden(from_recipe(BUN, BUN_PROJECT), GATE, replace(TEMPLATE, failing=frozenset({"tester"})))
    found = entry(design, "gate")
    assert found is not None and not found.on and found.needs == "tests and scans that pass: tester fails now"
    assert "/tmp/gate" not in design.dockerfile


def test_a_scan_that_fails_leaves_the_tests_as_a_gate() -> None:
    context = replace(TEMPLATE, failing=frozenset({"scanner"}))
    design = harden(from_recipe(BUN, BUN_PROJECT, scanner="audit"), GATE, context)
    assert "COPY --from=tester /tmp/gate/ /" in design.dockerfile
    assert "COPY --from=scanner" not in design.dockerfile


def test_a_project_without_tests_is_told_so() -> None:
    found = entry(harden(from_recipe(replace(BUN, test=""), BUN_PROJECT), GATE, TEMPLATE), "gate")
    assert found is not None and found.needs.startswith("tests in the project")


USERS = (
    StagePlan("build", "", "oven/bun:1", (Step("COPY . ."), Step("RUN bun install"))),
    StagePlan("test", "what we check", "build", (Step("USER bun"), Step("RUN bun test"))),
    StagePlan("lint", "", "build", (Step("RUN bun run lint"),)),
    StagePlan("e2e-test", "", "build", (Step("RUN mkdir shots"), Step('CMD ["bun", "run", "e2e"]'))),
)


def improved(*production: str) -> Design:
    plan = StagePlan("app", "", "oven/bun:1-slim", tuple(map(Step, production)))
    return rendered(Design("improve", "bun", (*USERS, plan), "Dockerfile", {}))


def test_a_stage_of_the_users_own_that_tests_gets_the_mark_at_its_end() -> None:
    design = harden(improved("COPY --from=build /app /app", "CMD x"), GATE, CONTEXT)
    assert [stage.name for stage in design.stages] == ["build", "test", "lint", "e2e-test", "app"]
    for before, after in zip(USERS, design.stages, strict=False):
        mark = [Step("RUN mkdir /tmp/gate")] if before.name in ("test", "lint") else []
        assert [*after.steps] == [*before.steps, *mark]
    assert [text for text in steps(design) if "gate" in text] == [
        "COPY --from=test /tmp/gate/ /",
        "COPY --from=lint /tmp/gate/ /",
    ]


def test_what_production_needs_already_needs_no_mark() -> None:
    design = harden(improved("COPY --from=test /app /app", "COPY --from=lint /app/x /x"), GATE, CONTEXT)
    assert entry(design, "gate") is None
    assert "/tmp/gate" not in design.dockerfile


def test_a_stage_that_another_one_stands_on_is_built_with_it() -> None:
    plain = improved("COPY --from=build /app /app")
    scan = StagePlan("scan", "", "lint", (Step("RUN trivy fs /"),))
    design = harden(replace(plain, stages=(*USERS, scan, plain.production)), GATE, CONTEXT)
    found = entry(design, "gate")
    assert found is not None and found.explanation.endswith(": test, scan.")
    assert design.dockerfile.count("RUN mkdir /tmp/gate") == 2
