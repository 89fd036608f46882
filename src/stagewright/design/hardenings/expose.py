"""`expose`: the port that the program listens on is declared."""

from __future__ import annotations

from stagewright.design import instructions
from stagewright.design.hardenings.context import HardeningContext, last, turned_on, with_production
from stagewright.model.design import Allowance, Design, Step


class Expose:
    name = "expose"

    def apply(self, design: Design, context: HardeningContext) -> Design:
        port = context.port
        if port is None or last(design, "EXPOSE") or context.config.exposed:
            return design
        production = instructions.insert(design.production, Step(f"EXPOSE {port}"))
        return turned_on(
            with_production(design, production),
            self.name,
            f"The port that the program listens on, {port}, is declared.",
            Allowance("config", "exposed", self.name),
        )
