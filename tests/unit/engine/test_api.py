import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from stagewright.engine.address import Address
from stagewright.engine.api import Api, segment
from stagewright.engine.errors import EngineDiskFull, EngineMissing, EngineRefused, EngineSilent
from tests.unit.engine.fake import FakeEngine


def test_settles_on_a_version_and_uses_it(fake: FakeEngine, api: Api) -> None:
    fake.answers = {"GET /_ping": (200, b"OK"), "GET /info": (200, {"a": 1})}
    api.negotiate()
    assert api.version == "1.45"
    assert api.call("GET", "/info", {"all": True, "filters": '{"a":["b c"]}'}) == {"a": 1}
    assert fake.asked[1][0] == "GET /v1.45/info?all=true&filters=%7B%22a%22%3A%5B%22b+c%22%5D%7D"


def test_sends_a_body_and_takes_an_empty_answer(fake: FakeEngine, api: Api) -> None:
    fake.answers = {"POST /containers/create": (204, b"")}
    assert api.call("POST", "/containers/create", body={"Image": "x"}) is None
    assert fake.asked == [("POST /containers/create", {"Image": "x"})]


def test_a_refusal_carries_status_and_message(fake: FakeEngine, api: Api) -> None:
    fake.answers = {"GET /plain": (500, b"plain words")}
    with pytest.raises(EngineRefused, match="404: no /images/x/json") as caught:
        api.call("GET", "/images/x/json")
    assert caught.value.status == 404
    with pytest.raises(EngineRefused, match="plain words"):
        api.call("GET", "/plain")


def test_a_full_disk_is_told_apart(fake: FakeEngine, api: Api) -> None:
    fake.answers = {"POST /x": (500, {"message": "write /a: no space left on device"})}
    with pytest.raises(EngineDiskFull) as caught:
        api.call("POST", "/x")
    assert caught.value.exit_code == 3


def test_no_socket(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match=r"none\.sock: No such file") as caught:
        Api(Address(f"unix://{tmp_path}/none.sock")).negotiate()
    assert caught.value.exit_code == 3


def test_an_engine_that_hangs_up(fake: FakeEngine, api: Api) -> None:
    def hang_up(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True

    fake.answers = {"GET /info": hang_up}
    with pytest.raises(EngineMissing, match="hung up"):
        api.call("GET", "/info")


def test_an_engine_that_says_nothing(fake: FakeEngine, api: Api) -> None:
    fake.answers = {"GET /info": lambda _: time.sleep(0.5)}
    with pytest.raises(EngineSilent, match=r"said nothing for 0\.05 seconds"):
        api.call("GET", "/info", timeout=0.05)


def test_an_upgraded_stream_goes_both_ways(fake: FakeEngine, api: Api) -> None:
    def attach(handler: BaseHTTPRequestHandler) -> None:
        # Headers and first bytes in one packet: nothing of the stream may be lost with the headers.
        handler.wfile.write(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nfirst ")
        handler.wfile.write(handler.rfile.read())
        handler.close_connection = True

    fake.answers = {"POST /containers/a/attach": attach}
    with api.upgrade("/containers/a/attach", {"stdin": True}) as duplex:
        duplex.write(b"second")
        duplex.close_write()
        received = b""
        while data := duplex.read(5):
            received += data
    assert received == b"first second"


def test_names_as_segments_of_a_path() -> None:
    assert segment("ghcr.io/a/b:1") == "ghcr.io/a/b:1"
    assert segment("a?b#c d") == "a%3Fb%23c%20d"
