"""The services of a composition: how each is run, and those that the observed one depends on, brought up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from stagewright.engine import Container, Engine, EngineRefused, RunRequest
from stagewright.model.composition import Composition, Condition, Service
from stagewright.model.image import Healthcheck, ImageConfig
from stagewright.model.run import Limits
from stagewright.proof import settling

HEALTH_SECONDS = 2.0
_SHOWN = 160


def request_for(
    service: Service,
    ref: str,
    config: ImageConfig,
    network: str,
    limits: Limits,
    env: Sequence[tuple[str, str]],
) -> RunRequest:
    """How an image with this configuration runs as the service; `env` goes over the service's own."""
    return RunRequest(
        ref,
        command=service.command,
        entrypoint=service.entrypoint,
        env=tuple(sorted((dict(service.env) | dict(env)).items())),
        user=service.user,
        workdir=service.workdir,
        volumes=service.volumes,
        network=network,
        aliases=service.aliases,
        limits=limits,
        healthcheck=_watched(service.healthcheck, config.healthcheck),
    )


def _watched(given: Healthcheck | None, own: Healthcheck | None) -> Healthcheck | None:
    """The service's check with short intervals: nobody waits half a minute for the first one here."""
    test = (given.test if given else ()) or (own.test if own else ())
    if not test or test[0] == "NONE":
        return given
    return replace(given or Healthcheck(()), interval=HEALTH_SECONDS)


@contextmanager
def brought_up(
    engine: Engine, composition: Composition, network: str, limits: Limits
) -> Iterator[Callable[[], str]]:
    """The dependencies run on the network until the end.

    What is given tells what is wrong with them at that moment, "" for nothing.
    """
    running: dict[str, Container] = {}
    try:
        wrong = _bring_up(engine, composition, network, limits, running)
        yield lambda: wrong or next(filter(None, map(_ended_badly, running, running.values())), "")
    finally:
        for container in reversed(running.values()):
            container.remove()


def _bring_up(
    engine: Engine, composition: Composition, network: str, limits: Limits, running: dict[str, Container]
) -> str:
    met: set[tuple[str, Condition]] = set()
    for service in (*composition.dependencies, composition.service):
        for name, condition in service.needs:
            if (name, condition) in met:
                continue
            if wrong := _await(name, running[name], condition, limits.seconds):
                return wrong
            met.add((name, condition))
        if service is composition.service:
            break
        try:
            config = engine.inspect_image(service.image)
            request = request_for(service, service.image, config, network, limits, ())
            running[service.name] = engine.start(request)
        except EngineRefused as error:
            return f"service {service.name}: {error.message}"
    return ""


def _await(name: str, container: Container, condition: Condition, seconds: float) -> str:
    """Wait until the condition holds; what is wrong where it does not come to hold in time."""
    if condition == "completed":
        if container.wait(seconds) is None:
            return f"service {name} did not end within {seconds:g} seconds"
        return _ended_badly(name, container)
    deadline = time.monotonic() + seconds
    if condition == "started":
        # Compose waits no longer than for the start: two runs of one image would race against it differently.
        settling.settle(container, set(), deadline)
        return _ended_badly(name, container)
    state = container.state()
    # With intervals this short a check may fail more often than its retries before the program is ready.
    while state.running and state.health not in ("healthy", "") and time.monotonic() < deadline:
        time.sleep(settling.POLL_SECONDS)
        state = container.state()
    if not state.running:
        return f"service {name} ended before it was healthy{_last_words(container)}"
    if not state.health:
        return f"service {name} is to be healthy and has no health check"
    if state.health != "healthy":
        said = state.health_output.strip() or "it is " + state.health
        return f"service {name} was not healthy within {seconds:g} seconds: {said[:_SHOWN]}"
    return ""


def _ended_badly(name: str, container: Container) -> str:
    state = container.state()
    if state.running or (state.exit_code == 0 and not state.out_of_memory):
        return ""
    return f"service {name} ended with exit code {state.exit_code}{_last_words(container)}"


def _last_words(container: Container) -> str:
    logs = container.logs()
    lines = (logs.stderr or logs.stdout).decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1].strip()[:_SHOWN]}" if lines else ""
