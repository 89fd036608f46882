"""`health`: a HEALTHCHECK, by nothing but what the final image has."""

from __future__ import annotations

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
from stagewright.model.design import Allowance, Design, Step

_TIMES = "--interval=30s --timeout=5s --start-period=30s --retries=3"
_WHAT = "The engine asks the program whether it is well"


class Health:
    name = "health"

    def apply(self, design: Design, context: HardeningContext) -> Design:
        if last(design, "HEALTHCHECK") or context.config.healthcheck is not None:
            return design
        port = context.port
        if port is None:
            return left_open(design, self.name, f"{_WHAT}.", "a port that the program listens on")
        probe = _probe(production_image(design), port, context)
        if not probe:
            return left_open(
                design,
                self.name,
                f"{_WHAT}.",
                "a program in the image that can ask: there is neither a runtime nor a shell; let the "
                "orchestrator's own HTTP check do it",
            )
        step = Step(f"HEALTHCHECK {_TIMES} \\\n    CMD {instructions.exec_form(probe)}", reason=_WHAT)
        return turned_on(
            with_production(design, instructions.insert(design.production, step)),
            self.name,
            f"{_WHAT}: {context.health_path} on port {port}, asked with {probe[0]}, which the image has.",
            Allowance("config", "healthcheck", self.name),
            Allowance("behaviour", "healthy", self.name),
        )


def _probe(image: str, port: int, context: HardeningContext) -> tuple[str, ...]:
    """An exec-form command that ends with 0 when the answer is a success."""
    url = f"http://127.0.0.1:{port}{context.health_path}"
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
            f" && printf 'GET {context.health_path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3"
            " && read -r line <&3 && [[ $line == *' 2'* || $line == *' 3'* ]]"
        )
        return ("bash", "-c", ask)
    return ()
