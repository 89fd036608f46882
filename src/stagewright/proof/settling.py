"""When a container that was started has come to rest."""

from __future__ import annotations

import time
from dataclasses import dataclass

from stagewright.engine import Container, ContainerState

POLL_SECONDS = 0.25
QUIET_SECONDS = 2.0
# A program that is to bind a port has this long to do it after its output came to rest.
BIND_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Settled:
    """How it was when it came to rest, or its time was over (`in_time` False)."""

    state: ContainerState
    ports: tuple[str, ...]
    in_time: bool


def settle(container: Container, wanted: set[int], deadline: float) -> Settled:
    """Wait until it has ended, or what it prints and binds has come to rest and its health is known."""
    quiet_since = time.monotonic()
    before: object = None
    while True:
        state = container.state()
        ports = container.ports() or () if state.running else ()
        now = time.monotonic()
        logs = container.logs()
        seen = (ports, len(logs.stdout), len(logs.stderr))
        if seen != before:
            before, quiet_since = seen, now
        if not state.running:
            return Settled(state, (), True)
        numbers = {int(port.partition("/")[0]) for port in ports}
        patience = QUIET_SECONDS if numbers and wanted <= numbers else BIND_SECONDS
        if now - quiet_since >= patience and state.health != "starting":
            return Settled(state, ports, True)
        if now > deadline:
            # A program that never stops to talk is up; one whose health stays open is not known to be.
            return Settled(state, ports, state.health != "starting")
        time.sleep(POLL_SECONDS)
