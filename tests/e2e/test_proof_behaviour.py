"""One server that differs in one respect at a time: each is seen in a real run, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stagewright.engine import BuildRequest, Engine
from stagewright.model.design import Allowance
from stagewright.model.proof import BehaviourDifference
from stagewright.model.request import Watching
from stagewright.model.run import Observation
from stagewright.project import read_project
from stagewright.proof.compare import compare
from stagewright.proof.observe import asked, observe, observe_first

pytestmark = pytest.mark.engine

SERVER = """
import http.server, os, pathlib, random, signal, sys

mode = sys.argv[1] if len(sys.argv) > 1 else ""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/" or self.path == "/health"
        self.send_response(200 if found and mode != "status" else 404)
        self.send_header("X-Powered-By", "another" if mode == "header" else "python")
        self.send_header("X-Request-Id", str(random.random()))
        self.end_headers()
        body = f"mode other pid {os.getpid()}" if mode == "body" else f"served {random.randrange(10**9)}"
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def stop(*_):
    print("stopped")
    sys.exit(3 if mode == "stop" else 0)


signal.signal(signal.SIGTERM, signal.SIG_IGN if mode == "deaf" else stop)
if mode == "crash":
    sys.exit("no database")
pathlib.Path("/tmp/other" if mode == "writes" else "/tmp/state").write_text("x")
port = 8001 if mode == "port" else 8000
print("listening" if mode != "output" else "hello", "as process", os.getpid(), flush=True)
http.server.ThreadingHTTPServer(("", port), Handler).serve_forever()
"""
DOCKERFILE = """\
FROM python:3.13-slim
COPY server.py /app/server.py
EXPOSE 8000
CMD ["python", "/app/server.py"]
"""
WAYS_OF_STARTING = ("launcher", "writes", "stop_exit_code", "stop_seconds")


class Original:
    """The server as it is, observed twice, and the means to observe it otherwise."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        (folder / "server.py").write_text(SERVER, encoding="utf-8")
        self._request = BuildRequest(folder, dockerfile_text=DOCKERFILE)
        self.ref = engine.build(self._request).ref
        self._config = engine.inspect_image(self.ref)
        first = observe_first(engine, self.ref, read_project(folder), Watching(), self._config)
        self.probes = asked(first, ())
        self.runs = (first, self.run(""))

    def run(self, mode: str, last: str = "") -> Observation:
        text = DOCKERFILE.replace('server.py"]', f'server.py", "{mode}"]') + last
        ref = self._engine.build(BuildRequest(self._request.context, dockerfile_text=text)).ref
        return observe(self._engine, ref, self.probes, Watching(), self._engine.inspect_image(ref))

    def differences(self, seen: Observation, *allowed: str) -> tuple[BehaviourDifference, ...]:
        allows = [Allowance("behaviour", subject, "start") for subject in allowed]
        return compare(self.runs, seen, allows)


@pytest.fixture(scope="module")
def original(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Original]:
    yield Original(engine, tmp_path_factory.mktemp("server"))


def test_the_original_is_seen_at_work(original: Original) -> None:
    first, second = original.runs
    for run in (first, second):
        assert (run.came_up, run.stays_up, run.ports, run.user) == (True, True, ("8000/tcp",), "0")
        assert (run.stop_exit_code, run.farewell) == (0, "stopped\n")
        assert run.writes == ("/tmp/state",)
    assert [name for name, _ in first.answers] == ["http:8000/", "http:8000/health"]
    assert all(answer.ok for _, answer in first.answers)
    assert "/app/server.py" not in first.mapped
    assert any(path.endswith("libpython3.13.so.1.0") for path in first.mapped)


def test_what_is_random_in_the_original_is_no_difference(original: Original) -> None:
    first, second = original.runs
    assert first.answers[0][1].body_digest != second.answers[0][1].body_digest
    assert original.differences(original.run("")) == ()


@pytest.mark.parametrize(
    ("mode", "subjects"),
    [
        ("body", {"answers http:8000/ body", "answers http:8000/health body"}),
        ("header", {f"answers http:8000{path} header x-powered-by" for path in ("/", "/health")}),
        ("status", {"answers http:8000/", "answers http:8000/health"}),
        ("port", {"answers http:8000/", "answers http:8000/health", "ports"}),
        ("output", {"stdout"}),
        ("writes", {"writes"}),
        ("stop", {"stop_exit_code"}),
        ("deaf", {"stop_exit_code", "stop_seconds", "stop_exit_code farewell"}),
    ],
)
def test_one_respect_at_a_time_is_seen(original: Original, mode: str, subjects: set[str]) -> None:
    seen = original.run(mode)
    found = original.differences(seen)
    assert {difference.subject for difference in found} == subjects
    assert not any(difference.hardening for difference in found)
    left = {one.subject for one in original.differences(seen, *WAYS_OF_STARTING) if not one.hardening}
    assert left == {subject for subject in subjects if not subject.startswith(("stop_", "writes"))}


def test_a_crash_is_no_way_of_starting(original: Original) -> None:
    seen = original.run("crash")
    assert (seen.came_up, seen.exit_code, seen.stderr) == (False, 1, "no database\n")
    left = {one.subject for one in original.differences(seen, *WAYS_OF_STARTING) if not one.hardening}
    assert {"came_up", "stays_up", "exit_code", "ports", "stderr"} <= left


def test_another_user_is_seen(original: Original) -> None:
    seen = original.run("", "USER 1000\n")
    assert seen.user == "1000"
    assert [one.subject for one in original.differences(seen)] == ["user"]
