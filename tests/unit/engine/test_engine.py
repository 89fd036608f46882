from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from stagewright.engine import Engine, EngineMissing, EngineRefused, RunRequest
from tests.unit.engine.fake import FakeEngine

INFO = {"ID": "7b1e", "ServerVersion": "20.10", "OSType": "linux", "Architecture": "x86_64"}


@pytest.fixture
def engine(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{fake.socket}")
    fake.answers = {
        "GET /_ping": (200, b"OK"),
        "GET /info": (200, INFO | {"DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]]}),
        "GET /containers/json": (200, []),
        "GET /networks": (200, []),
        "GET /images/json": (200, []),
    }
    return Engine.connect()


def test_one_probe_tells_the_store(engine: Engine, fake: FakeEngine) -> None:
    assert engine.info.modern
    fake.answers["GET /info"] = (200, INFO | {"DriverStatus": [["Backing Filesystem", "extfs"]]})
    assert not Engine.connect().info.modern
    fake.answers["GET /info"] = (200, INFO | {"DriverStatus": None})
    assert not Engine.connect().info.modern


def test_a_container_that_does_not_start_is_removed(engine: Engine, fake: FakeEngine) -> None:
    fake.answers["POST /containers/create"] = (201, {"Id": "c"})
    fake.answers["POST /containers/c/start"] = (400, {"message": "no such program"})
    fake.answers["DELETE /containers/c"] = (204, b"")
    with pytest.raises(EngineRefused, match="no such program"):
        engine.start(RunRequest("image"))
    assert fake.asked[-1][0].startswith("DELETE /v1.45/containers/c?")
    body = next(body for asked, body in fake.asked if asked.endswith("/containers/create"))
    assert body["Labels"] == {"io.stagewright.run": engine.run_id}


def test_exists_asks_and_does_not_fetch(engine: Engine, fake: FakeEngine) -> None:
    fake.answers["GET /images/here:1/json"] = (200, {"Id": "sha256:1"})
    fake.answers["GET /images/broken/json"] = (500, {"message": "broken"})
    assert engine.exists("here:1")
    assert not engine.exists("not/here:1")
    with pytest.raises(EngineRefused, match="broken"):
        engine.exists("broken")


def test_a_file_of_an_image_comes_from_one_container(engine: Engine, fake: FakeEngine) -> None:
    fake.answers["POST /containers/create"] = (201, {"Id": "c"})
    assert engine.still("image") is engine.still("image")
    assert [asked for asked, _ in fake.asked].count("POST /v1.45/containers/create") == 1


def test_cleaning_up_takes_ours_and_nobody_else_s(engine: Engine, fake: FakeEngine) -> None:
    mine = f"stagewright/tmp:{engine.run_id}-1"
    fake.answers["GET /containers/json"] = (200, [{"Id": "c"}])
    fake.answers["GET /networks"] = (200, [{"Id": "n"}])
    fake.answers["GET /images/json"] = (200, [{"RepoTags": [mine, "somebody/else:1"]}, {"RepoTags": None}])

    def gone(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(204)
        handler.end_headers()

    for path in ("/containers/c", "/networks/n", f"/images/{mine}"):
        fake.answers[f"DELETE {path}"] = gone
    with engine:
        pass
    removed = [asked.partition("?")[0] for asked, _ in fake.asked if asked.startswith("DELETE")]
    assert removed == [f"DELETE /v1.45{path}" for path in ("/containers/c", "/networks/n", f"/images/{mine}")]


def test_an_engine_that_went_away_does_not_hide_what_it_broke(engine: Engine, fake: FakeEngine) -> None:
    fake.socket.unlink()
    with pytest.raises(ZeroDivisionError), engine:
        _ = 1 / 0
    with pytest.raises(EngineMissing), engine:
        pass


def asked_of(fake: FakeEngine, run_id: str) -> bool:
    return any(asked.startswith("GET") and run_id in asked for asked, _ in fake.asked)


def test_the_next_run_removes_what_a_dead_one_left(engine: Engine, fake: FakeEngine) -> None:
    answers = dict(fake.answers)
    fake.answers = {}
    with pytest.raises(EngineRefused), engine:
        pass
    fake.answers = answers
    with engine.connect() as alive, engine.connect():
        assert asked_of(fake, engine.run_id)
        assert not asked_of(fake, alive.run_id)
    fake.asked.clear()
    with engine.connect():
        assert not asked_of(fake, engine.run_id)


def test_what_a_run_left_in_another_engine_is_not_looked_for(engine: Engine, fake: FakeEngine) -> None:
    fake.answers["GET /containers/json"] = (500, {"message": "broken"})
    with pytest.raises(EngineRefused), engine:
        pass
    fake.answers["GET /containers/json"] = (200, [])
    fake.answers["GET /info"] = (200, INFO | {"ID": "another", "DriverStatus": None})
    fake.asked.clear()
    with engine.connect():
        assert not asked_of(fake, engine.run_id)


def test_a_cache_that_cannot_be_written_to_is_no_error(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    with engine.connect():
        pass
