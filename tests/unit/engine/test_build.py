"""Builds with a stand-in for the Docker client that records its arguments and plays a script."""

import json
import os
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from stagewright.engine.address import Address
from stagewright.engine.build import BuildRequest, BuiltImage, require_buildx, run_build
from stagewright.engine.errors import (
    BuildFailed,
    BuildTimeout,
    EngineDiskFull,
    EngineMissing,
    RegistryFault,
)
from stagewright.engine.retry import PAUSES_SECONDS

ADDRESS = Address("unix:///engine.sock")


class Client:
    """A `docker` on PATH that runs a few lines of shell; `file` is the Dockerfile that it is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plays("")

    def plays(self, script: str) -> None:
        text = (
            f'#!/bin/sh\nfor word; do echo "$word"; done > {self.folder}/arguments\n'
            f"env > {self.folder}/environment\n"
            f'while [ $# -gt 1 ]; do [ "$1" = --file ] && file="$2"; shift; done\n{script}\n'
        )
        (self.folder / "docker").write_text(text)
        (self.folder / "docker").chmod(0o755)

    @property
    def arguments(self) -> list[str]:
        return (self.folder / "arguments").read_text().splitlines()

    @property
    def environment(self) -> dict[str, str]:
        lines = (self.folder / "environment").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Client:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return Client(tmp_path)


def _build(request: BuildRequest, modern: bool = True) -> BuiltImage:
    return run_build(request, "tag:1", ADDRESS, modern=modern)


def _says(status: object) -> str:
    return f"cat >&2 <<'JSON'\n{json.dumps(status) if isinstance(status, dict) else status}\nJSON"


def test_every_wish_becomes_an_argument(client: Client, tmp_path: Path) -> None:
    request = BuildRequest(
        tmp_path,
        dockerfile=tmp_path / "Dockerfile.prod",
        target="production",
        build_args=(("A", "b c"),),
        secrets=("id=token,env=TOKEN",),
        platform="linux/arm64",
        build_contexts=(("other", "../other"),),
        no_cache=True,
        no_cache_filter=("builder",),
        cache_ns="cold",
    )
    assert _build(request).ref == "tag:1"
    assert client.arguments == [
        "buildx",
        "build",
        "--progress=rawjson",
        "--provenance=false",
        "--file",
        str(tmp_path / "Dockerfile.prod"),
        "--output",
        "type=image,name=tag:1,compression=uncompressed",
        "--target",
        "production",
        "--add-host",
        "cold:127.0.0.1",
        "--build-arg",
        "A=b c",
        "--build-arg",
        "BUILDKIT_CACHE_MOUNT_NS=cold",
        "--secret",
        "id=token,env=TOKEN",
        "--build-context",
        "other=../other",
        "--no-cache-filter",
        "builder",
        "--platform",
        "linux/arm64",
        "--no-cache",
        str(tmp_path),
    ]


def test_the_old_store_takes_the_image_as_ever(client: Client, tmp_path: Path) -> None:
    _build(BuildRequest(tmp_path), modern=False)
    assert client.arguments[6:9] == ["--load", "--tag", "tag:1"]


def test_the_engine_that_was_found_is_the_one_that_builds(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "other")
    monkeypatch.setenv("BUILDX_BUILDER", "other")
    _build(BuildRequest(tmp_path))
    assert client.environment["DOCKER_HOST"] == "unix:///engine.sock"
    assert client.environment["BUILDX_BUILDER"] == "default"
    assert "DOCKER_CONTEXT" not in client.environment


def test_a_candidate_is_built_from_a_folder_of_its_own(client: Client, tmp_path: Path) -> None:
    context = tmp_path / "context"
    context.mkdir()
    client.plays(f'cat "$file" "$file.dockerignore" > {tmp_path}/seen')
    _build(BuildRequest(context, dockerfile_text="FROM a\n", ignore_text="*\n"))
    assert (tmp_path / "seen").read_text() == "FROM a\n*\n"
    file = Path(client.arguments[client.arguments.index("--file") + 1])
    assert not file.parent.exists()
    assert list(context.iterdir()) == []


def test_an_ignore_file_that_is_no_utf_8_is_handed_over_as_it_is(client: Client, tmp_path: Path) -> None:
    client.plays(f'cat "$file.dockerignore" > {tmp_path}/seen')
    _build(BuildRequest(tmp_path, dockerfile_text="FROM a\n", ignore_text="caf\udce9\n"))
    assert (tmp_path / "seen").read_bytes() == b"caf\xe9\n"


def test_without_an_ignore_file_of_its_own_the_context_s_holds(client: Client, tmp_path: Path) -> None:
    client.plays(f'ls "$(dirname "$file")" > {tmp_path}/seen')
    _build(BuildRequest(tmp_path, dockerfile_text="FROM a\n"))
    assert (tmp_path / "seen").read_text().split() == ["Dockerfile"]


def test_a_failure_has_step_line_and_log(client: Client, tmp_path: Path) -> None:
    vertex = {"digest": "sha256:1", "name": "[a 2/3] RUN x", "error": "exit code: 1"}
    client.plays(
        _says({"vertexes": [vertex]}) + "\n" + _says("Dockerfile:5\nERROR: failed to solve: x") + "\nexit 1"
    )
    with pytest.raises(BuildFailed) as caught:
        _build(BuildRequest(tmp_path))
    failure = caught.value
    assert (failure.step, failure.instruction, failure.line) == ("[a 2/3] RUN x", "RUN x", 5)
    assert failure.message == "the build failed: [a 2/3] RUN x: exit code: 1"


def test_a_failure_without_a_step(client: Client, tmp_path: Path) -> None:
    client.plays(_says("ERROR: failed to build: failed to solve: the file is empty") + "\nexit 1")
    with pytest.raises(BuildFailed, match=r"^the build failed: the file is empty$"):
        _build(BuildRequest(tmp_path))


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        ("failed to do request: Head x: dial tcp: i/o timeout", RegistryFault, 75),
        ("failed to resolve source metadata for a: toomanyrequests: slow down", RegistryFault, 75),
        ("failed to resolve source metadata for a: not found", BuildFailed, 1),
        ("process x did not complete: read: connection reset by peer", BuildFailed, 1),
        ('failed to do request: Head "https://a/v2/": EOF', RegistryFault, 75),
        (
            "failed to resolve source metadata for a: HEAD request to a: 503 Service Unavailable",
            RegistryFault,
            75,
        ),
        ("failed to copy files: write /a: no space left on device", EngineDiskFull, 3),
        ("cp: error writing '/a': No space left on device", EngineDiskFull, 3),
        ("Cannot connect to the Docker daemon at unix:///x", EngineMissing, 3),
        (
            "failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
            EngineMissing,
            3,
        ),
    ],
)
def test_kinds_of_failure(
    client: Client, tmp_path: Path, error: str, kind: type[BuildFailed], code: int
) -> None:
    client.plays(_says(f"ERROR: {error}") + "\nexit 1")
    with pytest.raises(kind) as caught:
        _build(BuildRequest(tmp_path))
    assert caught.value.exit_code == code


LOST = (
    "failed to commit a1 to b2 during finalize: failed to stat active key during commit: "
    "snapshot a1 does not exist: not found"
)


def _fails(client: Client, vertex: dict[str, str], log: str = "", times: int = 1) -> None:
    """The first builds fail so; a later one ends well, and its arguments are the ones to be read."""
    said: dict[str, Any] = {"vertexes": [{"digest": "sha256:1", **vertex}]}
    if log:
        said["logs"] = [{"vertex": "sha256:1", "data": b64encode(log.encode()).decode(), "stream": 2}]
    done = client.folder / "done"
    done.touch()
    client.plays(
        f"[ $(cat {done} | wc -l) = {times} ] && exit 0\necho x >> {done}\n"
        f"{_says(said)}\n{_says('ERROR: failed to solve: x')}\nexit 1"
    )


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("[production 3/9] COPY --from=deps /a /a", ["--no-cache-filter", "production"]),
        ("[linux/amd64 production 3/9] COPY /a /a", ["--no-cache-filter", "production"]),
        ("[stage-1 3/9] COPY /a /a", ["--no-cache"]),
        ("[2/3] COPY /a /a", ["--no-cache"]),
    ],
)
def test_a_result_that_the_builder_lost_is_made_anew(
    client: Client, tmp_path: Path, step: str, expected: list[str]
) -> None:
    _fails(client, {"name": step, "error": LOST})
    assert _build(BuildRequest(tmp_path)).ref == "tag:1"
    at = client.arguments.index(expected[0])
    assert client.arguments[at : at + len(expected)] == expected


@pytest.mark.parametrize(
    "log",
    [
        "pip: Temporary failure in name resolution",
        "curl: (6) Could not resolve host: example.org",
        "npm error code EAI_AGAIN",
        "error: dns error: failed to lookup address information",
        "npm error code ECONNRESET",
        "W: Failed to fetch a/InRelease\nE: Unable to locate package git",
        "WARNING: Retrying (Retry(total=4)) after connection broken by 'ReadTimeoutError'",
        "error: ConnectionClosed downloading tarball zod@4.1.0",
        "error: Fail extracting tarball for hono",
        "E: Failed to fetch x.deb  502  Bad Gateway",
        "read tcp 1.2.3.4:5: connection reset by peer",
    ],
)
def test_a_step_that_reaches_nobody_is_run_once_more(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: str
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    _fails(client, {"name": "[a 2/3] RUN x", "error": "exit code: 1"}, log)
    assert _build(BuildRequest(tmp_path)).ref == "tag:1"
    assert pauses == [PAUSES_SECONDS[0]]
    assert "--no-cache" not in client.arguments


@pytest.mark.parametrize("times", [2, 3])
def test_three_tries_are_all(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    _fails(client, {"name": "[a 2/3] RUN x", "error": "exit code: 1"}, "ECONNRESET", times)
    if times == 2:
        assert _build(BuildRequest(tmp_path)).ref == "tag:1"
    else:
        with pytest.raises(BuildFailed, match="exit code: 1"):
            _build(BuildRequest(tmp_path))
    assert pauses == list(PAUSES_SECONDS)


def test_an_export_that_another_build_took_away_is_made_once_more(client: Client, tmp_path: Path) -> None:
    _fails(client, {"name": "exporting to image", "error": f"content digest sha256:{'a' * 64}: not found"})
    assert _build(BuildRequest(tmp_path)).ref == "tag:1"
    assert "--no-cache" not in client.arguments


def test_a_failure_of_its_own_has_no_second_try(client: Client, tmp_path: Path) -> None:
    _fails(client, {"name": "[a 2/3] RUN x", "error": "exit code: 1"}, "assert 1 == 2")
    with pytest.raises(BuildFailed, match="exit code: 1"):
        _build(BuildRequest(tmp_path))


def _ends(process: int) -> bool:
    """Whether it is gone, or is a zombie, within ten seconds: a killed process ends when it is next run."""
    status = Path(f"/proc/{process}/status")
    for _ in range(100):
        try:
            if "zombie" in status.read_text():
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.1)
    return False


def test_a_build_that_takes_too_long_is_ended_with_its_children(client: Client, tmp_path: Path) -> None:
    vertex = {"digest": "sha256:1", "name": "[a 2/3] RUN slow", "started": "2025-01-01T10:00:00Z"}
    client.plays(_says({"vertexes": [vertex]}) + f"\nsleep 300 &\necho $! > {tmp_path}/child\nwait")
    with pytest.raises(BuildTimeout, match=r"after 3 seconds in .*RUN slow"):
        _build(BuildRequest(tmp_path, timeout=3))
    assert _ends(int((tmp_path / "child").read_text()))


def test_an_exception_ends_the_build(client: Client, tmp_path: Path) -> None:
    client.plays(
        f"echo $$ > {tmp_path}/own\n"
        + _says({"vertexes": [{"digest": "1", "name": "a", "started": "2025-01-01T10:00:00Z"}]})
        + "\nexec sleep 300"
    )

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_build(
            BuildRequest(tmp_path, dockerfile_text=""), "tag:1", ADDRESS, modern=True, watcher=interrupt
        )
    assert not Path(f"/proc/{int((tmp_path / 'own').read_text())}").exists()


def test_a_client_without_the_plug_in(client: Client) -> None:
    client.plays("exit 1")
    with pytest.raises(EngineMissing, match="build plug-in"):
        require_buildx(ADDRESS)


def test_no_client_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineMissing, match="`docker` command was not found"):
        require_buildx(ADDRESS)
