"""`env`: the settings that a runtime expects in production."""

from __future__ import annotations

import re

from stagewright.design import instructions
from stagewright.design.bases import family
from stagewright.design.hardenings.context import (
    HardeningContext,
    production_image,
    turned_on,
    with_production,
)
from stagewright.model.design import Allowance, Design, Step

_SETTINGS = {
    "node": (("NODE_ENV", "production", "libraries leave their development helpers out"),),
    "oven/bun": (("NODE_ENV", "production", "libraries leave their development helpers out"),),
    "python": (("PYTHONUNBUFFERED", "1", "log lines appear when they are written"),),
}
_BEHAVIOUR = {"NODE_ENV": ("stdout", "stderr"), "PYTHONUNBUFFERED": ("stdout", "stderr")}


class Env:
    name = "env"

    def apply(self, design: Design, context: HardeningContext) -> Design:
        inherited = {name for name, _ in context.config.env}
        wanted = [
            setting
            for setting in _SETTINGS.get(family(production_image(design)), ())
            if setting[0] not in inherited and not _declares(design, setting[0])
        ]
        if not wanted:
            return design
        step = Step(instructions.env((name, value) for name, value, _ in wanted))
        return turned_on(
            with_production(design, instructions.insert(design.production, step)),
            self.name,
            "; ".join(f"{name}={value}: {why}" for name, value, why in wanted) + ".",
            *(Allowance("config", f"env:{name}", self.name) for name, _, _ in wanted),
            *(
                Allowance("behaviour", subject, self.name)
                for name, _, _ in wanted
                for subject in _BEHAVIOUR[name]
            ),
        )


def _declares(design: Design, name: str) -> bool:
    wanted = re.compile(rf"(?<![\w$]){re.escape(name)}[= ]")
    return any(
        instructions.keyword(step) == "ENV" and wanted.search(step.text) for step in design.production.steps
    )
