"""`start`: the program is process 1 itself, without a shell or a package manager before it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from stagewright.design import instructions
from stagewright.design.hardenings.context import (
    HardeningContext,
    last,
    left_open,
    turned_on,
    with_production,
)
from stagewright.model.design import Allowance, Design, Step

_WHAT = "The program is process 1 itself: no shell and no package manager stands between it and signals."
_MANAGERS = ("npm", "npx", "yarn", "pnpm", "bun", "bunx", "uv", "poetry", "pipenv", "pdm", "make")
_WORD = re.compile(r"[A-Za-z0-9_./:@%+=,-]+\Z")
CHANGES = ("launcher", "writes", "stop_exit_code", "stop_seconds")


class Start:
    name = "start"

    def apply(self, design: Design, context: HardeningContext) -> Design:
        step = last(design, "CMD")
        if step is None or last(design, "ENTRYPOINT"):
            return design
        command, shell = _command(step)
        if not command:
            return left_open(design, self.name, _WHAT, "a start command without the shell's own means")
        direct = context.ecosystem.direct_start(command, context.project) if context.ecosystem else None
        if direct is None:
            if command[0] in _MANAGERS and command[:2] != ("bun", "run"):
                return left_open(
                    design, self.name, _WHAT, f"a script that does no more than start: {' '.join(command)}"
                )
            direct = command
        if direct == command and not shell:
            return design
        text = f"CMD {instructions.exec_form(direct)}"
        steps = tuple(replace(item, text=text) if item is step else item for item in design.production.steps)
        return turned_on(
            with_production(design, replace(design.production, steps=steps)),
            self.name,
            f"{_WHAT} `{' '.join(command)}` becomes `{' '.join(direct)}`.",
            Allowance("config", "cmd", self.name),
            *(Allowance("behaviour", subject, self.name) for subject in CHANGES),
        )


def _command(step: Step) -> tuple[tuple[str, ...], bool]:
    """The words, and whether a shell reads them; no words where only a shell can."""
    text = step.text.split(None, 1)[1].strip()
    try:
        words = json.loads(text)
    except ValueError:
        parts = text.split()
        return (tuple(parts) if all(map(_WORD.match, parts)) and "=" not in parts[0] else ()), True
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        if words[:2] in (["sh", "-c"], ["/bin/sh", "-c"], ["bash", "-c"]):
            return (), True
        return tuple(words), False
    return (), True
