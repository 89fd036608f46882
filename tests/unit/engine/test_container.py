import struct

from stagewright.engine.api import Api
from stagewright.engine.container import OUTPUT_BYTES, Container, RunRequest, creation, demultiplex
from stagewright.model.image import Healthcheck
from stagewright.model.run import Limits
from tests.unit.engine.fake import FakeEngine


def _frame(stream: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(data)) + data


def test_a_plain_request_keeps_what_the_image_says() -> None:
    body = creation(RunRequest("image", limits=Limits(memory=1 << 20, pids=7)), {"label": "1"})
    assert body == {
        "Image": "image",
        "Labels": {"label": "1"},
        "Env": [],
        "HostConfig": {
            "NetworkMode": "none",
            "Memory": 1 << 20,
            "MemorySwap": 1 << 20,
            "PidsLimit": 7,
            "Binds": [],
        },
    }


def test_wishes_are_told_to_the_engine() -> None:
    request = RunRequest(
        "image",
        command=("a", "b"),
        entrypoint=(),
        env=(("K", "v=w"),),
        user="7",
        network="net",
        aliases=("db",),
        stdin=b"",
        workdir="/srv",
        volumes=("/data", "name:/kept"),
        healthcheck=Healthcheck((), interval=0.5),
    )
    body = creation(request, {})
    assert body["Cmd"] == ["a", "b"]
    assert body["Entrypoint"] == [""]
    assert body["Env"] == ["K=v=w"]
    assert body["User"] == "7"
    assert body["HostConfig"]["NetworkMode"] == "net"
    assert body["NetworkingConfig"] == {"EndpointsConfig": {"net": {"Aliases": ["db"]}}}
    assert body["Healthcheck"] == {"Interval": 500_000_000}
    assert (body["WorkingDir"], body["Volumes"]) == ("/srv", {"/data": {}})
    assert body["HostConfig"]["Binds"] == ["name:/kept"]
    assert body["OpenStdin"] and body["StdinOnce"]


def test_a_health_check_of_its_own_is_told_in_nanoseconds() -> None:
    check = Healthcheck(("CMD", "ok"), interval=2.0, timeout=0.5, start_period=3.0, retries=4)
    assert creation(RunRequest("image", healthcheck=check), {})["Healthcheck"] == {
        "Test": ["CMD", "ok"],
        "Interval": 2_000_000_000,
        "Timeout": 500_000_000,
        "StartPeriod": 3_000_000_000,
        "Retries": 4,
    }


def test_streams_are_told_apart_wherever_they_are_cut() -> None:
    raw = _frame(1, b"out ") + _frame(2, b"err") + _frame(1, b"more")
    pieces = iter(raw[index : index + 3] for index in range(0, len(raw), 3))
    assert demultiplex(pieces) == (b"out more", b"err")
    assert demultiplex(iter([raw[:-2]])) == (b"out mo", b"err")


def test_output_without_end_is_cut() -> None:
    frames = [_frame(1, b"x" * (1 << 20))] * 9
    stdout, _ = demultiplex(iter(frames))
    assert len(stdout) == OUTPUT_BYTES


def test_state_and_changes(fake: FakeEngine, api: Api) -> None:
    state = {
        "Running": False,
        "ExitCode": 137,
        "OOMKilled": True,
        "Health": {"Status": "unhealthy", "Log": [{"Output": "first"}, {"Output": "last"}]},
        "Pid": 0,
    }
    networks = {"b": {"IPAddress": "10.0.0.2"}, "a": {"IPAddress": ""}}
    fake.answers = {
        "GET /containers/c/json": (200, {"State": state, "NetworkSettings": {"Networks": networks}}),
        "GET /containers/c/changes": (200, [{"Path": "/b", "Kind": 1}, {"Path": "/a", "Kind": 2}]),
        "GET /containers/c/top": (409, {"message": "not running"}),
    }
    container = Container(api, "c")
    seen = container.state()
    assert (seen.running, seen.exit_code, seen.out_of_memory) == (False, 137, True)
    assert (seen.health, seen.health_output, seen.address) == ("unhealthy", "last", "10.0.0.2")
    assert container.written() == ("/a", "/b")
    assert container.processes() == ()


def test_an_engine_without_changes_says_null(fake: FakeEngine, api: Api) -> None:
    fake.answers = {"GET /containers/c/changes": (200, None)}
    assert Container(api, "c").written() == ()


def test_removing_what_is_gone_is_no_error(fake: FakeEngine, api: Api) -> None:
    Container(api, "c").remove()
    assert fake.asked[0][0] == "DELETE /containers/c?force=true&v=true"
