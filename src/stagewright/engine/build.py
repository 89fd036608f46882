"""Builds, by `docker buildx build`."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from stagewright.engine.address import Address
from stagewright.engine.errors import (
    BuildFailed,
    BuildTimeout,
    EngineDiskFull,
    EngineMissing,
    RegistryFault,
)
from stagewright.engine.progress import BuildEvent, Progress, Step, failing_line
from stagewright.engine.retry import PAUSES_SECONDS, next_try

GRACE_SECONDS = 5.0
_BUILD = ("docker", "buildx", "build", "--progress=rawjson", "--provenance=false")
_PASSING = re.compile(
    r"i/o timeout|TLS handshake timeout|connection re(?:set|fused)|no such host|server misbehaving"
    r"|temporary failure in name resolution|network is unreachable|\bEOF\b"
    r"|toomanyrequests|50[0234] |Client\.Timeout",
    re.I,
)
# What buildx itself says when the engine's end of the connection closes.
_GONE = re.compile(
    r"Cannot connect to the Docker daemon|^ERROR: .*\b(?:Unavailable|closing transport)\b.*"
    r"(?:EOF|error reading from server|transport is closing|connection refused)",
    re.M,
)
# As Go says it, and as the C library does in the words of a step's own program.
_FULL = re.compile("no space left on device", re.I)
_FETCHING = re.compile(
    r"load metadata|resolve image config|resolve source metadata|failed to (?:copy|do request)"
)


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What to build.

    `dockerfile_text`, when given, is built from a temporary folder with `ignore_text` as its own ignore
    file (None: the context's `.dockerignore` holds); else `dockerfile` (None: the context's `Dockerfile`).
    `secrets` are as `--secret` takes them. `cache_ns`, a host name, gives the build a cache of its own: its
    mounts, and what its RUNs leave in the cache, serve no other build.
    `timeout` in seconds. `tag` None: a temporary tag that goes when the engine is closed.
    """

    context: Path
    dockerfile_text: str | None = None
    dockerfile: Path | None = None
    ignore_text: str | None = None
    target: str | None = None
    build_args: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()
    platform: str | None = None
    build_contexts: tuple[tuple[str, str], ...] = ()
    no_cache: bool = False
    no_cache_filter: tuple[str, ...] = ()
    cache_ns: str | None = None
    timeout: float = 1800.0
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """An image that was built: its reference, wall-clock seconds, steps in order, what they printed."""

    ref: str
    seconds: float
    steps: tuple[Step, ...]
    log: str


def run_build(
    request: BuildRequest,
    tag: str,
    address: Address,
    *,
    modern: bool,
    watcher: Callable[[BuildEvent], None] | None = None,
) -> BuiltImage:
    """Build and tag. `modern` says that the engine keeps images in containerd's store.

    A failure that is not the Dockerfile's own has a second try, and a third. Raises BuildFailed,
    BuildTimeout, RegistryFault, EngineDiskFull, EngineMissing.
    """
    for pause in PAUSES_SECONDS:
        try:
            return _build(request, tag, address, modern, watcher)
        except BuildFailed as failure:
            again = next_try(request, failure, pause)
            if again is None:
                raise
            request = again
    return _build(request, tag, address, modern, watcher)


def _build(
    request: BuildRequest,
    tag: str,
    address: Address,
    modern: bool,
    watcher: Callable[[BuildEvent], None] | None,
) -> BuiltImage:
    progress = Progress(watcher)
    with _dockerfile(request) as dockerfile:
        command = _command(request, dockerfile, tag, modern)
        started = time.monotonic()
        code, timed_out = _run(command, _environment(address), progress, request.timeout)
        seconds = time.monotonic() - started
    if timed_out:
        raise _timeout(request, progress)
    if code != 0:
        raise _failure(progress)
    return BuiltImage(tag, seconds, progress.steps, progress.log)


def export_layout(ref: str, platform: str, folder: Path, address: Address, timeout: float) -> None:
    """Write an image as an OCI layout into `folder`, apart from the blobs that lie there already.

    The image must have no ONBUILD triggers: they would run. Raises as `run_build` does.
    """
    progress = Progress(None)
    with tempfile.TemporaryDirectory(prefix="stagewright-") as context:
        dockerfile = Path(context) / "Dockerfile"
        dockerfile.write_text(f"FROM {ref}\n", encoding="utf-8")
        output = f"type=oci,tar=false,dest={folder}"
        command = [*_BUILD, "--file", str(dockerfile), "--platform", platform, "--output", output, context]
        code, timed_out = _run(command, _environment(address), progress, timeout)
    if timed_out:
        raise BuildTimeout(f"the layers of {ref} could not be read within {timeout:g} seconds")
    if code != 0:
        failure = _failure(progress)
        if isinstance(failure, EngineDiskFull):
            # The builder's words do not tell on which side.
            message = f"no space is left to read the image's layers, in the engine or in {folder.parent}"
            raise EngineDiskFull(message, "free some, or name a larger folder with `export TMPDIR=…`")
        raise failure


def require_buildx(address: Address) -> None:
    """Raises EngineMissing where the Docker client or its build plug-in is absent."""
    if shutil.which("docker") is None:
        raise EngineMissing("the `docker` command was not found", "install Docker's client: `docker-ce-cli`")
    command = ["docker", "buildx", "version"]
    answer = subprocess.run(command, env=_environment(address), capture_output=True, check=False, timeout=60)
    if answer.returncode != 0:
        raise EngineMissing("Docker's build plug-in was not found", "install `docker-buildx-plugin`")


@contextmanager
def _dockerfile(request: BuildRequest) -> Iterator[Path]:
    given = request.dockerfile or request.context / "Dockerfile"
    if request.dockerfile_text is None and request.ignore_text is None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="stagewright-") as folder:
        path = Path(folder) / "Dockerfile"
        text = request.dockerfile_text
        path.write_bytes(given.read_bytes() if text is None else text.encode("utf-8", "surrogateescape"))
        if request.ignore_text is not None:
            ignored = request.ignore_text.encode("utf-8", "surrogateescape")
            path.with_name("Dockerfile.dockerignore").write_bytes(ignored)
        yield path


def _command(request: BuildRequest, dockerfile: Path, tag: str, modern: bool) -> list[str]:
    command = [*_BUILD, "--file", str(dockerfile)]
    # Layers are read right after the build: to compress them would be work for nothing.
    output = f"type=image,name={tag},compression=uncompressed"
    command += ["--output", output] if modern else ["--load", "--tag", tag]
    if request.target:
        command += ["--target", request.target]
    arguments = list(request.build_args)
    if request.cache_ns:
        arguments.append(("BUILDKIT_CACHE_MOUNT_NS", request.cache_ns))
        # A further host is part of a RUN's cache key, and no part of what the image holds.
        command += ["--add-host", f"{request.cache_ns}:127.0.0.1"]
    for key, value in arguments:
        command += ["--build-arg", f"{key}={value}"]
    for secret in request.secrets:
        command += ["--secret", secret]
    for name, source in request.build_contexts:
        command += ["--build-context", f"{name}={source}"]
    for stage in request.no_cache_filter:
        command += ["--no-cache-filter", stage]
    if request.platform:
        command += ["--platform", request.platform]
    if request.no_cache:
        command.append("--no-cache")
    return [*command, str(request.context)]


def _environment(address: Address) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key != "DOCKER_CONTEXT"}
    # The builder named "default" is the engine at DOCKER_HOST itself, whatever the user's chosen builder is.
    fixed = {"BUILDX_BUILDER": "default", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "DOCKER_CLI_HINTS": "false"}
    return environment | fixed | {"DOCKER_HOST": address.url}


def _run(
    command: list[str], environment: dict[str, str], progress: Progress, timeout: float
) -> tuple[int, bool]:
    """Exit code, and whether the time was up. However it ends, no process of the group is left."""
    timed_out = threading.Event()
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:

        def expire() -> None:
            timed_out.set()
            _end(process)

        clock = threading.Timer(timeout, expire)
        clock.start()
        try:
            assert process.stderr is not None  # noqa: S101 - it was asked for above
            for line in process.stderr:
                progress.feed(line)
            code = process.wait()
        except BaseException:
            _end(process)
            raise
        finally:
            clock.cancel()
    return code, timed_out.is_set()


def _end(process: subprocess.Popen[str]) -> None:
    """Ask the whole group to stop, so that BuildKit cancels the build; insist after a while."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _timeout(request: BuildRequest, progress: Progress) -> BuildTimeout:
    step = progress.interrupted_step()
    where = f" in {step.name}" if step else ""
    message = f"the build was stopped after {request.timeout:g} seconds{where}"
    return BuildTimeout(message, step=step.name if step else "", log=progress.tail(step) if step else "")


def _failure(progress: Progress) -> Exception:
    step = progress.failed_step()
    plain = progress.plain
    error = step.error if step else _last_error(plain)
    if _FULL.search(f"{error}\n{plain}\n{progress.tail(step) if step else ''}"):
        return EngineDiskFull(
            "the engine has no space left for this build", "free some: `docker system prune`"
        )
    if _PASSING.search(error) and _FETCHING.search(f"{step.name if step else ''} {error}"):
        return RegistryFault(f"a base image could not be fetched: {error}", "try again later")
    if _GONE.search(plain):
        return EngineMissing("the engine went away during the build", "start it again")
    line = failing_line(plain)
    where = f"{step.name}: " if step else ""
    log = (progress.tail(step) if step else "") or plain
    return BuildFailed(
        f"the build failed: {where}{error}", step=step.name if step else "", line=line, log=log
    )


def _last_error(plain: str) -> str:
    lines = [line for line in plain.splitlines() if line.startswith("ERROR: ")]
    error = lines[-1].removeprefix("ERROR: ") if lines else plain.rpartition("\n")[2]
    return error.removeprefix("failed to build: ").removeprefix("failed to solve: ")
