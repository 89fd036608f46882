"""`health`: a HEALTHCHECK, by nothing but what the final image has.

One that calls what the original lacks, and so never passes, asks the same with what is there.
"""

from __future__ import annotations

import re
from dataclasses import replace

from stagewright.design import instructions
from stagewright.design.bases import family, has_shell, is_alpine
from stagewright.design.hardenings.context import (
    HardeningContext,
    last,
    left_open,
    production_image,
    turned_on,
    with_production,
)
from stagewright.dockerfile import parse
from stagewright.model.design import Allowance, Design, StagePlan, Step

_TIMES = "--interval=30s --timeout=5s --start-period=30s --retries=3"
_WHAT = "The engine asks the program whether it is well"
_HERE = r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0)"
_URL = re.compile(
    rf"(?<![\w./-])(?:http://{_HERE}|{_HERE}(?=[:/]))(?::(\d{{1,5}}))?(/[\w./~?=&%-]*)?(?=[\s'\"]|$)"
)


class Health:
    name = "health"

    def apply(self, design: Design, context: HardeningContext) -> Design:
        step = last(design, "HEALTHCHECK")
        if (step or context.config.healthcheck is not None) and not context.absent:
            return design
        port, path = _asked(context)
        if port is None:
            return left_open(design, self.name, f"{_WHAT}.", "a port that the program listens on")
        probe = _probe(production_image(design), port, path)
        if not probe:
            return left_open(
                design,
                self.name,
                f"{_WHAT}.",
                "a program in the image that can ask: there is neither a runtime nor a shell; let the "
                "orchestrator's own HTTP check do it",
            )
        text = f"HEALTHCHECK {_times(step)}CMD {instructions.exec_form(probe)}"
        explanation = f"{_WHAT}: {path} on port {port}, asked with {probe[0]}, which the image has."
        if context.absent:
            explanation += f" The original asks with {context.absent}, which it lacks."
        return turned_on(
            with_production(design, _with(design.production, step, text)),
            self.name,
            explanation,
            Allowance("config", "healthcheck", self.name),
            Allowance("behaviour", "healthy", self.name),
        )


def _asked(context: HardeningContext) -> tuple[int | None, str]:
    """The port and the path: what the original's check means to ask goes first."""
    check = context.config.healthcheck
    if check and (url := _URL.search(" ".join(check.command))):
        return int(url[1] or 80), url[2] or "/"
    return context.port, context.health_path


def _times(step: Step | None) -> str:
    """The options, the original's own where it has a check."""
    if step is None:
        return f"{_TIMES} \\\n    "
    flags = parse(f"FROM scratch\n{step.text}\n").stages[0].instructions[0].flags
    return "".join(f"--{flag.name}={flag.value} " for flag in flags) + ("\\\n    " if flags else "")


def _with(stage: StagePlan, step: Step | None, text: str) -> StagePlan:
    if step is None:
        return instructions.insert(stage, Step(text, reason=_WHAT))
    new = replace(step, text=text, reason=_WHAT)
    return replace(stage, steps=tuple(new if one is step else one for one in stage.steps))


def _probe(image: str, port: int, path: str) -> tuple[str, ...]:
    """An exec-form command that ends with 0 when the answer is a success."""
    url = f"http://127.0.0.1:{port}{path}"
    name = family(image)
    if name == "node":
        return ("node", "-e", f"fetch('{url}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))")
    if name == "oven/bun":
        return ("bun", "-e", f"fetch('{url}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))")
    if name == "python":
        return ("python", "-c", f"import urllib.request as u; u.urlopen('{url}', timeout=4)")
    if is_alpine(image):
        return ("wget", "-q", "-O", "/dev/null", url)
    if has_shell(image):
        # No HTTP client is certain there, bash is: it opens the connection, the first line has the status.
        ask = (
            f"exec 3<>/dev/tcp/127.0.0.1/{port}"
            f" && printf 'GET {path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3"
            " && read -r line <&3 && [[ $line == *' 2'* || $line == *' 3'* ]]"
        )
        return ("bash", "-c", ask)
    return ()
