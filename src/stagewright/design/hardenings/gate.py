"""`gate`: production cannot be built while the tests fail or the scan finds something.

BuildKit skips a stage that production needs nothing of; an empty folder is something.
"""

from __future__ import annotations

from dataclasses import replace

from stagewright.design import instructions
from stagewright.design.hardenings.context import HardeningContext, left_open, turned_on, with_production
from stagewright.design.stages import GATE, GATED, needed
from stagewright.model.design import Design, Step

_WHAT = "Production is built only when this passes"


class Gate:
    name = "gate"

    def apply(self, design: Design, context: HardeningContext) -> Design:
        checks = [stage.name for stage in design.stages if stage.name in GATED]
        gated = [name for name in checks if name not in needed(design.stages, design.production.name)]
        if checks and not gated:
            return design
        if not gated:
            return left_open(
                design, self.name, f"{_WHAT}: tests.", "tests in the project, and how to run them"
            )
        if context.tests_pass is False and "tester" in gated:
            return left_open(design, self.name, f"{_WHAT}: tests.", "tests that pass: they fail now")
        marked = tuple(
            stage.with_steps(Step(f"RUN mkdir {GATE}")) if stage.name in gated else stage
            for stage in design.stages
        )
        production = marked[-1]
        for name in gated:
            step = Step(instructions.copy((f"{GATE}/",), "/", stage=name), comments=(f"# {_WHAT}: {name}",))
            production = instructions.insert(production, step)
        return turned_on(
            with_production(replace(design, stages=marked), production),
            self.name,
            f"{_WHAT}: {', '.join(gated)}.",
        )
