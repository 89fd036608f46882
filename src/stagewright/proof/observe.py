"""One run of one image, seen from outside, from its start to the stop signal."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from stagewright.engine import Container, ContainerState, Engine, EngineRefused, Logs, RunRequest
from stagewright.model.image import ImageConfig
from stagewright.model.project import Project
from stagewright.model.request import Watching
from stagewright.model.run import Answer, Observation, Probe
from stagewright.proof import probes as known
from stagewright.proof.asking import ask, run_alone

POLL_SECONDS = 0.25
QUIET_SECONDS = 2.0
# A program that is to bind a port has this long to do it after its output came to rest.
BIND_SECONDS = 10.0
# What `docker stop` gives by default.
STOP_SECONDS = 10.0
HEALTH_SECONDS = 2.0
_LOOKS = 12


Finder = Callable[[tuple[str, ...]], tuple[Probe, ...]]


@dataclass(frozen=True, slots=True)
class _Settled:
    state: ContainerState
    ports: tuple[str, ...]
    in_time: bool


def observe(
    engine: Engine, ref: str, probes: Sequence[Probe], watching: Watching, config: ImageConfig
) -> Observation:
    """Run it without egress under the limits, put the probes to it, and stop it."""
    return _run(engine, ref, tuple(probes), watching, config, None)


def observe_first(
    engine: Engine, ref: str, project: Project | None, watching: Watching, config: ImageConfig
) -> Observation:
    """As `observe`, with the given probes and those that the bound ports and the code suggest.

    Where none is given, the consumers' own health checks are probes, too.
    """
    checks = () if watching.probes else known.checks(project)
    return _run(
        engine, ref, watching.probes, watching, config, lambda ports: (*checks, *known.found(project, ports))
    )


def asked(observation: Observation, given: Sequence[Probe]) -> tuple[Probe, ...]:
    """The probes that an observation answers."""
    named = {str(probe): probe for probe in given}
    return tuple(named.get(text) or known.parse(text, "found") for text, _ in observation.answers)


def _run(
    engine: Engine,
    ref: str,
    probes: tuple[Probe, ...],
    watching: Watching,
    config: ImageConfig,
    finder: Finder | None,
) -> Observation:
    checked = config.healthcheck is not None and config.healthcheck.test[:1] != ("NONE",)
    network = engine.network()
    started = time.monotonic()
    try:
        request = RunRequest(
            ref,
            env=watching.env,
            network=network,
            limits=watching.limits,
            health_interval=HEALTH_SECONDS if checked else None,
        )
        try:
            container = engine.start(request)
        except EngineRefused as error:
            return Observation(False, False, None, "", error.message)
        try:
            seen = _seen(container, probes, watching, config, finder, started)
        finally:
            container.remove()
        if seen.stays_up:
            return seen
        alone = (
            (str(probe), run_alone(probe, engine, request))
            for probe in probes
            if probe.kind == "exec" and probe.origin != "found"
        )
        return replace(seen, answers=(*seen.answers, *alone))
    finally:
        engine.remove_network(network)


def _seen(
    container: Container,
    probes: tuple[Probe, ...],
    watching: Watching,
    config: ImageConfig,
    finder: Finder | None,
    started: float,
) -> Observation:
    wanted = {probe.port for probe in probes if probe.port} or _declared(config)
    settled = _settle(container, wanted, started + watching.limits.seconds)
    address = settled.state.address
    user = _user(container, settled.state.pid)
    mapped = tuple(sorted(container.mapped())) if settled.state.running else ()

    def log() -> str:
        logs = container.logs()
        return _text(logs.stdout, container, address) + _text(logs.stderr, container, address)

    answers: dict[Probe, Answer] = {}
    if settled.state.running:
        questions = list(dict.fromkeys((*probes, *(finder(settled.ports) if finder else ()))))
        for probe in questions:
            answers[probe] = ask(probe, container, address, log)
            if finder:
                questions += [more for more in known.linked(probe, answers[probe]) if more not in questions]
    state = container.state()
    until_stop = _said(container)
    stopped = container.stop(STOP_SECONDS) if state.running else None
    logs = container.logs() if stopped else until_stop
    stdout, stderr = (_text(stream, container, address) for stream in (until_stop.stdout, until_stop.stderr))
    farewell = "".join(
        _text(stream[len(earlier) :], container, address)
        for stream, earlier in ((logs.stdout, until_stop.stdout), (logs.stderr, until_stop.stderr))
    )
    for probe in probes:
        if probe.kind == "log":
            answers[probe] = ask(probe, container, address, lambda: stdout + stderr + farewell)
    ended = state.exit_code
    return Observation(
        came_up=state.running or (ended == 0 and not state.out_of_memory),
        stays_up=state.running,
        exit_code=ended,
        stdout=stdout,
        stderr=stderr,
        ports=settled.ports,
        answers=tuple((str(probe), answer) for probe, answer in answers.items()),
        writes=_leaves(change.path for change in container.changes()),
        user=user,
        healthy={"healthy": True, "unhealthy": False, "starting": False}.get(state.health),
        stop_exit_code=stopped[0] if stopped else None,
        stop_seconds=round(stopped[1], 2) if stopped else None,
        out_of_memory=container.state().out_of_memory,
        out_of_time=not settled.in_time,
        seconds=round(time.monotonic() - started, 2),
        mapped=mapped,
        farewell=farewell,
    )


def _declared(config: ImageConfig) -> set[int]:
    return {int(port.partition("/")[0]) for port in config.exposed if not port.endswith("/udp")}


def _settle(container: Container, wanted: set[int], deadline: float) -> _Settled:
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
            return _Settled(state, (), True)
        numbers = {int(port.partition("/")[0]) for port in ports}
        patience = QUIET_SECONDS if numbers and wanted <= numbers else BIND_SECONDS
        if now - quiet_since >= patience and state.health != "starting":
            return _Settled(state, ports, True)
        if now > deadline:
            # A program that never stops to talk is up; one whose health stays open is not known to be.
            return _Settled(state, ports, state.health != "starting")
        time.sleep(POLL_SECONDS)


def _said(container: Container) -> Logs:
    """What it has printed, once it has nothing to add to what it was asked."""
    logs = container.logs()
    for _ in range(_LOOKS):
        time.sleep(POLL_SECONDS)
        before, logs = logs, container.logs()
        if logs == before:
            break
    return logs


def _user(container: Container, pid: int) -> str:
    """The user of the first process, as a number."""
    return next((str(process.uid) for process in container.processes() if process.pid == pid), "")


def _text(stream: bytes, container: Container, address: str) -> str:
    """Output without what names this one run: the container's id and the network's addresses."""
    text = stream.decode("utf-8", "replace").replace(container.id[:12], "<container>")
    if address:
        network = re.escape(address.rpartition(".")[0])
        text = re.sub(rf"(?<![\d.]){network}\.\d+(?!\d)", "<address>", text)
    return text


def _leaves(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths that are no directory of another one; byte code that Python leaves does not count."""
    ordered = sorted(paths)
    return tuple(
        path
        for path, after in zip(ordered, [*ordered[1:], ""])
        if not after.startswith(path + "/") and "__pycache__" not in path
    )
