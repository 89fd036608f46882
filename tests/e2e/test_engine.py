"""The engine's room against a real engine."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from stagewright.engine import (
    BuildEvent,
    BuildFailed,
    BuildRequest,
    BuildTimeout,
    Container,
    Engine,
    EngineMissing,
    EngineRefused,
    RunRequest,
)
from stagewright.model.image import Healthcheck
from stagewright.model.run import Limits

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]
Build = Callable[[str], str]


@pytest.fixture(scope="module")
def build(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Build:
    context = tmp_path_factory.mktemp("context")
    (context / "file").write_text("content\n")

    def one(text: str) -> str:
        return engine.build(BuildRequest(context, dockerfile_text=text, timeout=120)).ref

    return one


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout


def _served(container: Container) -> bytes:
    """What a server answers on its container's own address, once it does."""
    address = container.state().address
    for _ in range(50):
        try:
            answer: bytes = urllib.request.urlopen(f"http://{address}:8080/file", timeout=1).read()
            return answer
        except OSError:
            time.sleep(0.1)
    return b""


@pytest.mark.oldest
def test_builds_and_tells_of_it(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content\n")
    events: list[BuildEvent] = []
    text = f"FROM busybox\nCOPY file /file\nRUN echo {uuid4()}; echo said\nENV A=b\nUSER 7\n"
    request = BuildRequest(tmp_path, dockerfile_text=text)
    first, second = engine.build(request, events.append), engine.build(request)
    config = engine.inspect_image(first.ref)
    assert ("A", "b") in config.env
    assert config.user == "7"
    assert "said" in first.log.splitlines()
    assert ("log", "said") in [(event.kind, event.text) for event in events]
    ran = [
        [step.cached for step in image.steps if step.instruction.startswith("RUN")]
        for image in (first, second)
    ]
    assert ran == [[False], [True]]
    assert engine.image_id(first.ref) == engine.image_id(second.ref)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_arguments_targets_contexts_secrets_and_ignore_files_reach_the_build(
    engine: Engine, tmp_path: Path
) -> None:
    context, other, secret = tmp_path / "context", tmp_path / "other", tmp_path / "token"
    context.mkdir()
    other.mkdir()
    (context / "seen").touch()
    (context / "ignored").touch()
    (other / "named").touch()
    secret.write_text("hush")
    text = (
        f"FROM busybox AS wanted\nRUN echo {uuid4()} > /fresh\n"
        "ARG WORD\nCOPY . /context\nCOPY --from=other . /other\n"
        "RUN --mount=type=secret,id=token ls /context /other; echo $WORD $(cat /run/secrets/token)\n"
        "FROM busybox\nRUN false\n"
    )
    image = engine.build(
        BuildRequest(
            context,
            dockerfile_text=text,
            ignore_text="ignored\n",
            target="wanted",
            build_args=(("WORD", "given"),),
            secrets=(f"id=token,src={secret}",),
            build_contexts=(("other", str(other)),),
        )
    )
    assert image.log.split() == ["/context:", "seen", "/other:", "named", "given", "hush"]


@pytest.mark.oldest
def test_a_failure_names_step_and_line(engine: Engine, tmp_path: Path) -> None:
    text = "FROM busybox\nRUN true\n\nRUN echo reason; exit 3\n"
    with pytest.raises(BuildFailed) as caught:
        engine.build(BuildRequest(tmp_path, dockerfile_text=text))
    failure = caught.value
    assert failure.instruction == "RUN echo reason; exit 3"
    # The oldest engine's frontend names no line.
    assert failure.line == (4 if engine.info.modern else None)
    assert failure.log == "reason"
    assert "exit code: 3" in failure.message
    assert failure.exit_code == 1


def test_a_failure_before_any_step_names_the_line(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="unknown instruction: RNU") as caught:
        engine.build(BuildRequest(tmp_path, dockerfile_text="FROM busybox\nRNU true\n"))
    assert caught.value.line == 2
    with pytest.raises(BuildFailed, match=r"/absent.*not found") as caught:
        engine.build(BuildRequest(tmp_path, dockerfile_text="FROM busybox\nCOPY absent /\n"))
    assert caught.value.line == 2


def test_a_build_has_a_time_limit(engine: Engine, tmp_path: Path) -> None:
    text = f"FROM busybox\nRUN echo {tmp_path.name} && sleep 300\n"
    with pytest.raises(BuildTimeout, match=r"after 3 seconds in .*sleep 300"):
        engine.build(BuildRequest(tmp_path, dockerfile_text=text, timeout=3))


@pytest.mark.oldest
def test_a_container_answers_on_its_address(engine: Engine, build: Build) -> None:
    ref = build('FROM busybox\nCOPY file /www/file\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n')
    network = engine.network()
    container = engine.start(RunRequest(ref, network=network))
    address = container.state().address
    body = b""
    for _ in range(50):
        try:
            body = urllib.request.urlopen(f"http://{address}:8080/file", timeout=1).read()
            break
        except OSError:
            time.sleep(0.1)
    assert body == b"content\n"
    assert [process.command for process in container.processes()] == ["httpd -f -p 8080 -h /www"]
    assert container.ports() == ("8080/tcp",)
    assert container.mapped() == {"/bin/httpd"}
    container.remove()
    engine.remove_network(network)


def test_there_is_no_way_out(engine: Engine, build: Build) -> None:
    ref = build('FROM busybox\nCOPY file /www/file\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n')
    outside = engine.start(RunRequest(ref, network="bridge"))
    assert _served(outside) == b"content\n"
    request = r"printf 'GET /file HTTP/1.0\r\n\r\n'"
    fetch = ("sh", "-c", f"{request} | nc -w 2 {outside.state().address} 8080")
    answers = {}
    for network in ("bridge", engine.network()):
        container = engine.start(RunRequest(ref, network=network))
        answers[network == "bridge"] = container.exec(fetch, 10)
        container.remove()
    outside.remove()
    assert answers[True].stdout.endswith(b"\ncontent\n")
    assert answers[False].exit_code != 0
    assert answers[False].stdout == b""


@pytest.mark.oldest
def test_output_writes_exit_code_and_standard_input(engine: Engine, build: Build) -> None:
    ref = build("FROM busybox\nRUN echo old > /old && echo gone > /gone\n")
    script = "read word; echo out $word $KEY; echo err >&2; echo new > /new; echo x >> /old; rm /gone; exit 4"
    container = engine.start(
        RunRequest(ref, command=("sh", "-c", script), env=(("KEY", "value"),), stdin=b"word\n")
    )
    assert container.wait(20) == 4
    logs, state = container.logs(), container.state()
    assert (logs.stdout, logs.stderr) == (b"out word value\n", b"err\n")
    assert (state.running, state.exit_code, state.out_of_memory) == (False, 4, False)
    assert container.written() == ("/gone", "/new", "/old")
    container.remove()


@pytest.mark.oldest
def test_the_layer_of_a_container_tells_what_the_engine_does(engine: Engine, build: Build) -> None:
    ref = build(
        "FROM busybox\nRUN mkdir -p /a/b /emptied && touch /a/b/c /a/moved /a/mode /emptied/x /gone\n"
    )
    script = (
        "mkdir -p /new/deep; echo 1 > /new/deep/file; ln -s /etc /new/link; touch /a/b/empty;"
        "mv /a/moved /a/b/; chmod 600 /a/mode; rm /gone; rm -r /emptied && mkdir /emptied;"
        "touch /done; sleep 300"
    )
    container = engine.start(RunRequest(ref, command=("sh", "-c", script)))
    layer = container.layer()
    assert layer
    container.exec(("sh", "-c", "until [ -e /done ]; do sleep 0.1; done"), 20)
    container.stop(1)
    paths = (
        *("/a", "/a/b", "/a/b/empty", "/a/b/moved", "/a/mode", "/a/moved", "/done", "/emptied"),
        *("/gone", "/new", "/new/deep", "/new/deep/file", "/new/link"),
    )
    assert container.written(layer) == paths
    # The engine names as well what was in a folder that was made anew.
    assert set(container.written()) == {*paths, "/emptied/x"}
    container.remove()


def test_exec_has_a_time_limit_and_stop_tells_how_it_ended(engine: Engine, build: Build) -> None:
    ref = build("FROM busybox\n")
    container = engine.start(RunRequest(ref, command=("sh", "-c", "trap 'exit 5' TERM; sleep 300 & wait")))
    done = container.exec(("sh", "-c", "echo out; echo err >&2; exit 3"), 20)
    assert (done.exit_code, done.stdout, done.stderr) == (3, b"out\n", b"err\n")
    assert container.exec(("sh", "-c", "echo first; sleep 300"), 1).exit_code is None
    assert container.wait(0.2) is None
    code, seconds = container.stop(20)
    assert code == 5
    assert seconds < 20
    container.remove()


def test_health_checks_run_at_the_pace_that_is_asked_for(engine: Engine, build: Build) -> None:
    ref = build("FROM busybox\nHEALTHCHECK --interval=1h CMD echo checked; test -e /ready\n")
    script = ("sh", "-c", "sleep 1; touch /ready; sleep 300")
    container = engine.start(RunRequest(ref, command=script, healthcheck=Healthcheck((), interval=0.5)))
    for _ in range(200):
        if container.state().health == "healthy":
            break
        time.sleep(0.1)
    state = container.state()
    assert (state.health, state.health_output) == ("healthy", "checked\n")
    container.remove()


def test_limits_hold(engine: Engine, build: Build) -> None:
    ref = build("FROM busybox\n")
    hungry = ("sh", "-c", "dd if=/dev/zero of=/dev/null bs=200M count=1")
    container = engine.start(RunRequest(ref, command=hungry, limits=Limits(memory=64 << 20)))
    assert container.wait(20) != 0
    assert container.state().out_of_memory
    container.remove()
    many = ("sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 60 & done; wait")
    container = engine.start(RunRequest(ref, command=many, limits=Limits(pids=5)))
    assert container.wait(20) != 0
    assert b"can't fork" in container.logs().stderr
    container.remove()


def test_a_program_that_is_not_there_is_refused_and_leaves_no_container(engine: Engine, build: Build) -> None:
    ref = build("FROM busybox\n")
    mine = ("ps", "-aq", "--filter", f"label=io.stagewright.run={engine.run_id}")
    before = _docker(*mine)
    with pytest.raises(EngineRefused, match="absent"):
        engine.start(RunRequest(ref, command=("absent",)))
    assert _docker(*mine) == before


@pytest.mark.oldest
def test_leaves_nothing_behind(build: Build, tmp_path: Path) -> None:
    with Engine.connect() as own:
        image = own.build(BuildRequest(tmp_path, dockerfile_text="FROM busybox\nVOLUME /data\n"))
        own.start(RunRequest(image.ref, command=("sleep", "300"), network=own.network()))
        own.still(image.ref)
    label = f"label=io.stagewright.run={own.run_id}"
    assert _docker("ps", "-aq", "--filter", label) == ""
    assert _docker("network", "ls", "-q", "--filter", label) == ""
    assert own.run_id not in _docker("images", "-a")
    assert not own.exists(image.ref)


# A job in a shell's background is started with SIGINT ignored.
BUSY = """
import signal
import sys
from pathlib import Path
from stagewright.cli.main import end_on_sigterm
from stagewright.engine import BuildRequest, Engine, RunRequest
signal.signal(signal.SIGINT, signal.default_int_handler)
end_on_sigterm()
with Engine.connect() as engine:
    context = Path(sys.argv[1])
    image = engine.build(BuildRequest(context, dockerfile_text="FROM busybox\\n"))
    engine.start(RunRequest(image.ref, command=("sleep", "300"), network=engine.network()))
    print(engine.run_id, flush=True)
    text = f"FROM busybox\\nRUN echo {engine.run_id} && sleep 300\\n"
    engine.build(BuildRequest(context, dockerfile_text=text), lambda event: print(event, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_in_the_middle_of_a_build_leaves_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    source = str(Path(__file__).parents[2] / "src")
    environment = os.environ | {"PYTHONPATH": source, "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    (tmp_path / "context").mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", BUSY, str(tmp_path / "context")],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        assert any("kind='started'" in line and "sleep 300" in line for line in process.stdout)
        process.send_signal(number)
        process.communicate(timeout=60)
    label = f"label=io.stagewright.run={run_id}"
    assert len(run_id) == 12
    assert _docker("ps", "-aq", "--filter", label) == ""
    assert _docker("network", "ls", "-q", "--filter", label) == ""
    assert run_id not in _docker("images", "-a")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_without_an_engine_it_says_how_to_start_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(EngineMissing, match="no engine answers") as caught:
        Engine.connect()
    assert caught.value.exit_code == 3
    assert "start" in caught.value.hint


def test_without_the_build_plug_in_it_says_what_to_install(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    docker = shutil.which("docker")
    assert docker
    (tmp_path / "docker").symlink_to(docker)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with Engine.connect() as own, pytest.raises(EngineMissing, match="build plug-in"):
        own.build(BuildRequest(tmp_path, dockerfile_text="FROM busybox\n"))


@pytest.mark.oldest
def test_copies_files_out_of_an_image(engine: Engine, build: Build) -> None:
    ref = build("FROM busybox\nCOPY file /some/folder/file\nRUN chmod 4711 /some/folder/file\n")
    found = [
        (member.name, oct(member.mode & 0o7777), content.read() if content else b"")
        for member, content in engine.still(ref).files("/some/folder")
    ]
    assert found[1:] == [("folder/file", "0o4711", b"content\n")]
    with pytest.raises(EngineRefused) as caught:
        list(engine.still(ref).files("/absent"))
    assert caught.value.status == 404
