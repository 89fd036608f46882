"""One run of one image, seen from outside, from its start to the stop signal."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from stagewright.engine import Container, Engine, EngineRefused, Logs, RunRequest
from stagewright.model.image import ImageConfig
from stagewright.model.project import Project
from stagewright.model.request import Watching
from stagewright.model.run import Answer, Observation, Probe
from stagewright.proof import probes as known
from stagewright.proof import settling
from stagewright.proof.asking import FIRST_SECONDS, SECONDS, ask, is_silence, run_alone
from stagewright.proof.installing import installation
from stagewright.proof.services import brought_up, request_for

# What `docker stop` gives by default.
STOP_SECONDS = 10.0
_LOOKS = 12


Finder = Callable[[tuple[str, ...]], tuple[Probe, ...]]


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
    composition = watching.composition
    network = engine.network()
    try:
        with brought_up(engine, composition, network, watching.limits) as obstacle:
            if wrong := obstacle():
                return Observation(False, False, None, "", "", obstacle=wrong)
            request = request_for(composition.service, ref, config, network, watching.limits, watching.env)
            seen = _observed(engine, request, probes, watching, config, finder)
            return replace(seen, obstacle=obstacle())
    finally:
        engine.remove_network(network)


def _observed(
    engine: Engine,
    request: RunRequest,
    probes: tuple[Probe, ...],
    watching: Watching,
    config: ImageConfig,
    finder: Finder | None,
) -> Observation:
    started = time.monotonic()
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


def _seen(
    container: Container,
    probes: tuple[Probe, ...],
    watching: Watching,
    config: ImageConfig,
    finder: Finder | None,
    started: float,
) -> Observation:
    wanted = {probe.port for probe in probes if probe.port} or _declared(config)
    settled = settling.settle(container, wanted, started + watching.limits.seconds)
    address = settled.state.address
    layer = container.layer() if settled.state.running else None
    user = _user(container, settled.state.pid)
    mapped = tuple(sorted(container.mapped())) if settled.state.running else ()

    def log() -> str:
        logs = container.logs()
        return _text(logs.stdout, container, address) + _text(logs.stderr, container, address)

    answers: dict[Probe, Answer] = {}
    if settled.state.running:
        questions = list(dict.fromkeys((*probes, *(finder(settled.ports) if finder else ()))))
        silent: dict[int, bool] = {}
        for probe in questions:
            if finder and probe.origin == "found" and silent.get(probe.port):
                continue
            patience = FIRST_SECONDS if probe.port not in silent else SECONDS
            answers[probe] = ask(probe, container, address, log, patience)
            silent.setdefault(probe.port, is_silence(answers[probe]))
            if finder:
                questions += [more for more in known.linked(probe, answers[probe]) if more not in questions]
    state = container.state()
    installing = installation(process.command for process in container.processes())
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
        # What ended by itself may have ended before its layer was found: the engine tells of every one.
        writes=_leaves(container.written(layer if state.running else None)),
        user=user,
        healthy={"healthy": True, "unhealthy": False, "starting": False}.get(state.health),
        stop_exit_code=stopped[0] if stopped else None,
        stop_seconds=round(stopped[1], 2) if stopped else None,
        out_of_memory=container.state().out_of_memory,
        out_of_time=not settled.in_time,
        seconds=round(time.monotonic() - started, 2),
        mapped=mapped,
        farewell=farewell,
        installing=installing,
    )


def _declared(config: ImageConfig) -> set[int]:
    return {int(port.partition("/")[0]) for port in config.exposed if not port.endswith("/udp")}


def _said(container: Container) -> Logs:
    """What it has printed, once it has nothing to add to what it was asked."""
    logs = container.logs()
    for _ in range(_LOOKS):
        time.sleep(settling.POLL_SECONDS)
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
