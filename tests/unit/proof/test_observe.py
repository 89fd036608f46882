from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from stagewright.engine import Engine
from stagewright.model.image import Healthcheck, ImageConfig
from stagewright.model.project import Consumer, Project
from stagewright.model.request import Watching
from stagewright.model.run import Answer, Limits, Observation, Probe
from stagewright.proof import observe, probes, services, settling
from stagewright.proof.probes import parse
from tests.unit.proof.containers import ENDED, IDENTIFIER, UP, FakeContainer, FakeEngine


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POLL_SECONDS", "QUIET_SECONDS", "BIND_SECONDS"):
        monkeypatch.setattr(settling, name, 0.0)


def observed(
    engine: FakeEngine,
    *probes: Probe,
    config: ImageConfig | None = None,
    watching: Watching | None = None,
) -> Observation:
    seen = observe.observe(
        cast(Engine, engine), "image", probes, watching or Watching(), config or ImageConfig()
    )
    assert engine.networks == []
    assert engine.refuses or engine.container.gone
    return seen


def test_a_program_that_stays_up_is_stopped_and_all_of_it_is_told() -> None:
    container = FakeContainer(
        [UP],
        stdout=f"container {IDENTIFIER[:12]} at 10.9.8.7, gateway 10.9.8.1, other 110.9.8.1\n".encode(),
        farewell=b"bye\n",
        open=("3000/tcp",),
        wrote=("/app", "/app/data", "/app/data/log", "/app/lib/__pycache__/x.pyc"),
        stop_code=143,
    )
    seen = observed(FakeEngine(container), parse("exec:check"))
    assert (seen.came_up, seen.stays_up, seen.exit_code) == (True, True, None)
    assert seen.stdout == "container <container> at <address>, gateway <address>, other 110.9.8.1\n"
    assert seen.farewell == "bye\n"
    assert seen.ports == ("3000/tcp",)
    assert seen.user == "1000"
    assert seen.mapped == ("/usr/lib/a.so", "/usr/lib/b.so")
    assert seen.writes == ("/app/data/log",)
    assert (seen.stop_exit_code, seen.stop_seconds) == (143, 0.12)
    assert [(name, answer.body) for name, answer in seen.answers] == [("exec:check", "check")]
    assert seen.healthy is None


def test_a_program_that_ends_well_came_up_and_is_not_stopped() -> None:
    container = FakeContainer([ENDED], stdout=b"done\n")
    seen = observed(FakeEngine(container), parse("log~done"))
    assert (seen.came_up, seen.stays_up, seen.exit_code, seen.stdout) == (True, False, 0, "done\n")
    assert not container.stopped
    assert [(name, answer.ok) for name, answer in seen.answers] == [("log~done", True)]


def test_a_program_that_ends_badly_did_not_come_up() -> None:
    assert not observed(FakeEngine(FakeContainer([replace(ENDED, exit_code=1)]))).came_up


def test_one_that_ran_out_of_memory_did_not_come_up() -> None:
    seen = observed(FakeEngine(FakeContainer([replace(ENDED, exit_code=137, out_of_memory=True)])))
    assert (seen.came_up, seen.out_of_memory) == (False, True)


def test_one_that_cannot_be_started_says_why() -> None:
    seen = observed(FakeEngine(FakeContainer([UP]), refuses=True))
    assert (seen.came_up, seen.stays_up) == (False, False)
    assert "no such program" in seen.stderr


@pytest.mark.parametrize(
    ("health", "healthy", "in_time"),
    [("healthy", True, True), ("unhealthy", False, True), ("starting", False, False)],
)
def test_health_is_waited_for_within_the_limits(health: str, healthy: bool, in_time: bool) -> None:
    checked = ImageConfig(healthcheck=Healthcheck(("CMD", "check")))
    engine = FakeEngine(FakeContainer([replace(UP, health="starting"), replace(UP, health=health)]))
    watching = Watching(limits=Limits(seconds=0.05))
    seen = observed(engine, config=checked, watching=watching)
    assert (seen.healthy, seen.out_of_time) == (healthy, not in_time)
    assert engine.requests[0].healthcheck == Healthcheck((), interval=services.HEALTH_SECONDS)


def test_it_runs_on_a_network_of_its_own_under_the_limits_with_what_is_brought() -> None:
    engine = FakeEngine(FakeContainer([UP]))
    watching = Watching(env=(("A", "1"),), limits=Limits(memory=1 << 20))
    observed(engine, watching=watching)
    (request,) = engine.requests
    assert (request.image, request.network, request.env) == ("image", "net", (("A", "1"),))
    assert request.limits == watching.limits
    assert request.healthcheck is None
    assert (request.volumes, request.user, request.command) == ((), None, None)


def test_the_first_run_asks_what_the_bound_ports_suggest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observe, "ask", lambda *_: Answer(True))
    container = FakeContainer([UP], open=("1/tcp",))
    seen = observe.observe_first(
        cast(Engine, FakeEngine(container)), "image", None, Watching(), ImageConfig()
    )
    assert [name for name, _ in seen.answers] == ["http:1/"]
    assert observe.asked(seen, ()) == (replace(parse("http:1/"), origin="found"),)


def test_a_port_has_long_for_its_first_answer_and_what_is_silent_is_asked_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, float]] = []
    silence = Answer(False, error="no answer within 60 seconds")

    def answer(probe: Probe, *rest: object) -> Answer:
        asked.append((str(probe), cast(float, rest[-1])))
        return silence if probe.port == 1 else Answer(True)

    monkeypatch.setattr(observe, "ask", answer)
    found = tuple(
        replace(parse(f"http:{port}{path}"), origin="found") for port in (1, 2) for path in ("/", "/a")
    )
    monkeypatch.setattr(probes, "found", lambda *_: found)
    engine = FakeEngine(FakeContainer([UP], open=("1/tcp", "2/tcp")))
    watching = Watching(probes=(parse("http:1/given"),))
    seen = observe.observe_first(cast(Engine, engine), "image", None, watching, ImageConfig())
    assert asked == [("http:1/given", 60.0), ("http:2/", 60.0), ("http:2/a", 10.0)]
    assert dict(seen.answers)["http:1/given"] == silence


def test_a_command_runs_alone_where_the_program_has_ended() -> None:
    engine = FakeEngine(FakeContainer([replace(ENDED, exit_code=2)], stdout=b"usage"))
    seen = observed(engine, parse("exec:tool convert=2~us.ge"))
    assert [(name, answer.ok, answer.body) for name, answer in seen.answers] == [
        ("exec:tool convert=2~us.ge", True, "usage")
    ]
    first, alone = engine.requests
    assert (alone.entrypoint, alone.command) == (("tool",), ("convert",))
    assert (alone.image, alone.network, alone.limits) == (first.image, first.network, first.limits)


def test_a_command_that_does_not_end_is_no_answer() -> None:
    container = FakeContainer([ENDED, ENDED, ENDED, UP], stdout=b"")
    seen = observed(FakeEngine(container), parse("exec:tool"))
    assert "did not end within 60 seconds" in seen.answers[0][1].error


def test_the_first_run_asks_the_consumers_health_checks_where_no_probe_is_given(tmp_path: Path) -> None:
    check = Healthcheck(("CMD", "check", "a=1"))
    project = Project(
        tmp_path, {}, consumers=(Consumer("compose", "web", "compose.yaml", healthcheck=check),)
    )

    def first(*given: Probe) -> Observation:
        engine = cast(Engine, FakeEngine(FakeContainer([UP])))
        return observe.observe_first(engine, "image", project, Watching(probes=given), ImageConfig())

    assert first().answers == (("exec:check 'a=1'", Answer(True, body="check a=1")),)
    again = observe.asked(first(), ())
    assert again == (Probe("exec", command=("check", "a=1"), origin="found"),)
    assert [name for name, _ in first(parse("exec:other")).answers] == ["exec:other"]
    # It asks a running program alone.
    assert observed(FakeEngine(FakeContainer([ENDED])), *again).answers == ()
