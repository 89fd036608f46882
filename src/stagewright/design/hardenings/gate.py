"""`gate`: production cannot be built while the tests fail or the scan finds something.

BuildKit skips a stage that production needs nothing of; an empty folder is something.
"""

from __future__ import annotations

from dataclasses import replace

from stagewright.design import instructions
from stagewright.design.hardenings.context import HardeningContext, left_open, turned_on, with_production
from stagewright.design.render import rendered
from stagewright.dockerfile import Dockerfile, Stage, parse, reachable
from stagewright.model.design import Design, Step
from stagewright.shell import gates

_WHAT = "Production is built only when this passes"
# In /tmp, so that a stage that is not root can make it too.
_MARK = "/tmp/gate"  # noqa: S108


class Gate:
    name = "gate"

    def apply(self, design: Design, context: HardeningContext) -> Design:
        dockerfile = parse(rendered(design).dockerfile)
        found, built = gates(dockerfile), reachable(dockerfile)
        if not found:
            return left_open(
                design, self.name, f"{_WHAT}: tests.", "tests in the project, and how to run them"
            )
        idle = [stage for stage in found if stage not in built]
        gated = _outermost(dockerfile, [stage for stage in idle if stage.name not in context.failing])
        if not gated:
            failing = ", ".join(stage.name for stage in idle if stage.name in context.failing)
            needs = f"tests and scans that pass: {failing} fails now"
            return left_open(design, self.name, f"{_WHAT}: {failing}.", needs) if failing else design
        names = ", ".join(gated)
        marked = tuple(
            stage.with_steps(Step(f"RUN mkdir {_MARK}")) if stage.name in gated else stage
            for stage in design.stages
        )
        production = marked[-1]
        for name in gated:
            step = Step(instructions.copy((f"{_MARK}/",), "/", stage=name), comments=(f"# {_WHAT}: {name}",))
            production = instructions.insert(production, step)
        return turned_on(
            with_production(replace(design, stages=marked), production),
            self.name,
            f"{_WHAT}: {names}.",
        )


def _outermost(dockerfile: Dockerfile, idle: list[Stage]) -> list[str]:
    """The names of those that no other of them needs: one that is needed is built with it."""
    needed = {one.index for stage in idle for one in reachable(dockerfile, stage.name) if one != stage}
    return [stage.name for stage in idle if stage.name and stage.index not in needed]
