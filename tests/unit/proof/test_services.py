from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from stagewright.engine import Container, Engine, EngineRefused, RunRequest
from stagewright.model.composition import Composition, Condition, Service
from stagewright.model.image import Healthcheck, ImageConfig
from stagewright.model.request import Watching
from stagewright.model.run import Limits
from stagewright.proof import observe, settling
from stagewright.proof.services import HEALTH_SECONDS, brought_up, request_for
from tests.unit.proof.containers import ENDED, UP, FakeContainer

LIMITS = Limits(memory=1 << 20, seconds=0.05)
CHECK = Healthcheck(("CMD", "ok"), interval=30.0, retries=3)
FAILED = replace(ENDED, exit_code=3)


@dataclass
class FakeEngine:
    """Containers by image."""

    containers: dict[str, FakeContainer]
    requests: list[RunRequest] = field(default_factory=list)

    def network(self) -> str:
        return "net"

    def remove_network(self, name: str) -> None:
        assert name == "net"
        assert all(self.containers[request.image].gone for request in self.requests)

    def inspect_image(self, ref: str) -> ImageConfig:
        return ImageConfig(healthcheck=CHECK if ref in self.containers else None)

    def start(self, request: RunRequest) -> Container:
        self.requests.append(request)
        if request.image not in self.containers:
            self.requests.pop()
            raise EngineRefused(404, "no such image")
        return cast(Container, self.containers[request.image])


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POLL_SECONDS", "QUIET_SECONDS", "BIND_SECONDS"):
        monkeypatch.setattr(settling, name, 0.0)


def composition(condition: Condition) -> Composition:
    db = Service("db", "db-image", user="5", env=(("A", "1"),), aliases=("db",))
    job = Service("job", "job-image", needs=(("db", "started"),))
    web = Service(
        "web", command=("serve",), env=(("B", "1"), ("C", "1")), aliases=("web",), needs=(("job", condition),)
    )
    return Composition(web, (db, job))


def observed(engine: FakeEngine, condition: Condition) -> str:
    watching = Watching(env=(("B", "2"),), limits=LIMITS, composition=composition(condition))
    seen = observe.observe(cast(Engine, engine), "web-image", (), watching, ImageConfig())
    assert all(engine.containers[request.image].gone for request in engine.requests)
    return seen.obstacle


def test_each_is_started_as_its_service_after_what_it_needs() -> None:
    engine = FakeEngine(
        {
            "db-image": FakeContainer([UP]),
            "job-image": FakeContainer([ENDED]),
            "web-image": FakeContainer([UP]),
        }
    )
    assert observed(engine, "completed") == ""
    db, job, web = engine.requests
    assert [request.image for request in engine.requests] == ["db-image", "job-image", "web-image"]
    assert (db.user, db.env, db.aliases) == ("5", (("A", "1"),), ("db",))
    assert (web.command, web.env, web.aliases) == (("serve",), (("B", "2"), ("C", "1")), ("web",))
    assert {(request.network, request.limits) for request in (db, job, web)} == {("net", LIMITS)}
    assert db.healthcheck == Healthcheck((), interval=HEALTH_SECONDS)


@pytest.mark.parametrize(
    ("job", "condition", "said"),
    [
        ([FAILED], "started", "service job ended with exit code 3: last words"),
        ([FAILED], "completed", "service job ended with exit code 3: last words"),
        ([FAILED], "healthy", "service job ended before it was healthy: last words"),
        ([UP], "healthy", "service job is to be healthy and has no health check"),
        ([replace(UP, health="unhealthy", health_output="no\n")], "healthy", "within 0.05 seconds: no"),
        ([replace(UP, health="starting")], "healthy", "within 0.05 seconds: it is starting"),
        ([replace(UP, exit_code=None)], "completed", "service job did not end within 0.05 seconds"),
    ],
)
def test_what_does_not_come_up_is_an_obstacle_and_nothing_is_observed(
    job: list[object], condition: Condition, said: str
) -> None:
    container = FakeContainer(job, stdout=b"first\nlast words\n")  # type: ignore[arg-type]
    engine = FakeEngine({"db-image": FakeContainer([UP]), "job-image": container})
    assert said in observed(engine, condition)


def test_a_check_that_failed_early_may_pass_in_time() -> None:
    states = [replace(UP, health=health) for health in ("unhealthy", "unhealthy", "healthy")]
    engine = FakeEngine(
        {
            "db-image": FakeContainer([UP]),
            "job-image": FakeContainer(states),
            "web-image": FakeContainer([UP]),
        }
    )
    assert observed(engine, "healthy") == ""


def test_an_image_that_is_not_there_is_an_obstacle() -> None:
    engine = FakeEngine({"db-image": FakeContainer([UP])})
    assert "service job: the engine answered 404" in observed(engine, "started")


def test_one_that_ends_during_the_observation_is_told() -> None:
    job = FakeContainer([UP])
    engine = FakeEngine({"db-image": FakeContainer([UP]), "job-image": job})
    with brought_up(cast(Engine, engine), composition("started"), "net", LIMITS) as obstacle:
        assert obstacle() == ""
        job.states = [FAILED]
        assert obstacle() == "service job ended with exit code 3"


def test_they_go_when_the_observation_is_broken_off() -> None:
    engine = FakeEngine({"db-image": FakeContainer([UP]), "job-image": FakeContainer([ENDED])})
    with (
        pytest.raises(KeyboardInterrupt),
        brought_up(cast(Engine, engine), composition("completed"), "net", LIMITS),
    ):
        raise KeyboardInterrupt
    assert all(container.gone for container in engine.containers.values())


@pytest.mark.parametrize(
    ("given", "own", "said"),
    [
        (None, None, None),
        (None, CHECK, Healthcheck((), interval=HEALTH_SECONDS)),
        (CHECK, None, replace(CHECK, interval=HEALTH_SECONDS)),
        (Healthcheck((), timeout=1.0), CHECK, Healthcheck((), interval=HEALTH_SECONDS, timeout=1.0)),
        (Healthcheck(("NONE",)), CHECK, Healthcheck(("NONE",))),
        (None, Healthcheck(("NONE",)), None),
    ],
)
def test_checks_follow_each_other_closely(
    given: Healthcheck | None, own: Healthcheck | None, said: Healthcheck | None
) -> None:
    service, config = Service(healthcheck=given), ImageConfig(healthcheck=own)
    assert request_for(service, "image", config, "net", LIMITS, ()).healthcheck == said
