"""Restaged designs to harden, and short ways to read one."""

from dataclasses import replace

from stagewright.design.hardenings import HardeningContext
from stagewright.design.render import rendered
from stagewright.model.design import Design, Hardening, StagePlan, Step
from stagewright.model.image import ImageConfig
from tests.unit.design.recipes import BUN, BUN_PROJECT

CONFIG = ImageConfig(workdir="/app", cmd=("npm", "start"))
CONTEXT = HardeningContext(BUN_PROJECT, CONFIG, ports=(3000,))
TEMPLATE = HardeningContext(BUN_PROJECT, recipe=BUN)


def restaged(*steps: str, base: str = "node:22-slim", builder: str = "npm run build") -> Design:
    stages = (
        StagePlan("builder", "Build", "node:22", (Step("WORKDIR /app"), Step(f"RUN {builder}"))),
        StagePlan("production", "Production", base, tuple(map(Step, steps))),
    )
    return rendered(Design("split", "npm", stages, "Dockerfile", {}))


def steps(design: Design) -> list[str]:
    return [step.text for step in design.production.steps]


def entry(design: Design, name: str) -> Hardening | None:
    return next((item for item in design.hardenings if item.name == name), None)


def allowed(design: Design, name: str) -> set[tuple[str, str]]:
    found = entry(design, name)
    assert found is not None
    return {(allowance.kind, allowance.subject) for allowance in found.allows}


def with_config(**changes: object) -> HardeningContext:
    return replace(CONTEXT, config=replace(CONFIG, **changes))  # type: ignore[arg-type]
