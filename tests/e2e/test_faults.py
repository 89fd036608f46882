"""What goes wrong outside: the exit code is the documented one, nothing is left behind, nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any
from uuid import uuid4

import pytest

from stagewright.cli.main import main
from stagewright.engine import BuildRequest, Engine
from stagewright.engine.address import find_address
from stagewright.engine.build import run_build
from tests.e2e.relay import Relay, relay

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

# Only what the step prints has the word: the shell puts it together.
BUSY = "FROM busybox\nRUN echo {unique} $((6 * 7))-has-begun && sleep 300\nCMD true\n"
IN_A_BUILD = b"42-has-begun"
IN_A_RUN = b"/start HTTP/1.1"
COMES_UP = "FROM busybox\nRUN echo {unique}\nCMD sleep 300\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tmp").mkdir()
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Dockerfile").write_text(BUSY.format(unique=uuid4()))
    return folder


@contextmanager
def applied(project: Path, awaited: bytes) -> Iterator[tuple[subprocess.Popen[str], Relay]]:
    """`apply`, with a relay before the engine, once `awaited` has gone by."""
    engine = find_address().socket
    assert engine is not None
    environment = os.environ | {
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        "TMPDIR": str(project.parent / "tmp"),
    }
    with relay(project.parent, engine, awaited) as between:
        process = subprocess.Popen(
            [sys.executable, "-m", "stagewright.cli.main", "apply", str(project)],
            env=environment | {"DOCKER_HOST": between.host},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A job in a shell's background is started with SIGINT ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            assert between.seen.wait(120), process.communicate(timeout=1)
            yield process, between
        finally:
            process.kill()
            process.communicate()


def left(project: Path) -> tuple[list[str], list[str]]:
    """What lies beside the Dockerfile, and among the temporary files."""
    return (
        sorted(path.name for path in project.iterdir()),
        sorted(path.name for path in (project.parent / "tmp").iterdir()),
    )


def of_run(run_id: str) -> str:
    label = f"label=io.stagewright.run={run_id}"
    questions = (
        ["ps", "-aq", "--filter", label],
        ["network", "ls", "-q", "--filter", label],
        ["images", "-q", "--filter", f"reference=stagewright/tmp:{run_id}-*"],
    )
    return "".join(subprocess.check_output(["docker", *words], text=True) for words in questions)


@pytest.mark.parametrize(("dockerfile", "awaited"), [(BUSY, IN_A_BUILD), (COMES_UP, IN_A_RUN)])
def test_an_engine_that_dies(project: Path, dockerfile: str, awaited: bytes) -> None:
    text = dockerfile.format(unique=uuid4())
    (project / "Dockerfile").write_text(text)
    with applied(project, awaited) as (process, between):
        between.cut()
        out, err = process.communicate(timeout=60)
    # An engine that came back still has what it was asked for.
    with Engine.connect():
        assert of_run(between.run_id) == ""
    assert (process.returncode, out) == (3, ""), err
    assert err.startswith("error: ") and "hint: " in err and "start" in err and "Traceback" not in err
    assert left(project) == (["Dockerfile"], [])
    assert (project / "Dockerfile").read_text() == text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("dockerfile", "awaited"), [(BUSY, IN_A_BUILD), (COMES_UP, IN_A_RUN)])
def test_an_interruption(project: Path, dockerfile: str, awaited: bytes, number: signal.Signals) -> None:
    text = dockerfile.format(unique=uuid4())
    (project / "Dockerfile").write_text(text)
    with applied(project, awaited) as (process, between):
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "error: interrupted\n")
    assert left(project) == (["Dockerfile"], [])
    assert (project / "Dockerfile").read_text() == text
    assert len(between.run_id) == 12
    assert of_run(between.run_id) == ""


def refused(project: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and standard error of an `apply` that writes nothing."""
    before = (project / "Dockerfile").read_text()
    code = main(["apply", str(project)])
    out, err = capsys.readouterr()
    assert out == ""
    assert (project / "Dockerfile").read_text() == before
    assert left(project)[0] == ["Dockerfile"]
    return code, err


def test_a_full_disk_of_the_engine(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "Dockerfile").write_text(
        "FROM busybox\nRUN --mount=type=tmpfs,target=/small,size=65536 cp /bin/busybox /small/\nCMD true\n"
    )
    code, err = refused(project, capsys)
    assert code == 3
    assert "no space left" in err and "docker system prune" in err


class HangsUp(BaseRequestHandler):
    """A registry that takes every connection and says nothing on it."""


def test_a_registry_that_fails(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadingTCPServer(("127.0.0.1", 0), HangsUp) as registry:
        threading.Thread(target=registry.serve_forever, daemon=True).start()
        port = registry.server_address[1]
        (project / "Dockerfile").write_text(f"FROM 127.0.0.1:{port}/base:1\nCMD true\n")
        code, err = refused(project, capsys)
        registry.shutdown()
    assert code == 75
    assert f"127.0.0.1:{port}/" in err and "try again" in err


def test_a_build_that_hangs(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def impatient(request: BuildRequest, *words: Any, **more: Any) -> object:
        return run_build(replace(request, timeout=3), *words, **more)

    monkeypatch.setattr("stagewright.engine.engine.run_build", impatient)
    code, err = refused(project, capsys)
    assert code == 1
    assert "the build was stopped after 3 seconds in" in err and "42-has-begun" in err
