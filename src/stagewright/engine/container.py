"""Containers: run an image under limits, look at it from outside, stop it."""

from __future__ import annotations

import io
import shlex
import struct
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from stagewright.engine import procfs
from stagewright.engine.api import Api, Duplex
from stagewright.engine.errors import EngineRefused, EngineSilent
from stagewright.model.image import Healthcheck
from stagewright.model.run import Limits

OUTPUT_BYTES = 8 << 20
EXEC_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RunRequest:
    """How to run an image. None for `command`, `entrypoint`, `user`, `workdir` keeps what the image says.

    `network` is the name of a network that `Engine.network()` made; None: no network at all.
    `volumes` as `--volume` takes them. `stdin` is given to the process, then closed; None: no standard input.
    `healthcheck` replaces the image's own in what it gives: an empty test, a time of 0 leave that as it is.
    """

    image: str
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    env: tuple[tuple[str, str], ...] = ()
    user: str | None = None
    volumes: tuple[str, ...] = ()
    network: str | None = None
    aliases: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    stdin: bytes | None = None
    workdir: str | None = None
    healthcheck: Healthcheck | None = None


@dataclass(frozen=True, slots=True)
class ContainerState:
    """`exit_code` is None while it runs; `health` is "" where there is no check; `pid` is the host's.

    `health_output` is what the last health check printed.
    """

    running: bool
    exit_code: int | None
    out_of_memory: bool
    health: str
    health_output: str
    pid: int
    address: str
    error: str


@dataclass(frozen=True, slots=True)
class ExecResult:
    """`exit_code` is None where the time limit came first."""

    exit_code: int | None
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True, slots=True)
class Logs:
    """What a container printed, each stream cut after 8 MiB."""

    stdout: bytes
    stderr: bytes


@dataclass(frozen=True, slots=True)
class Process:
    """One process in a container, ids as the host counts them."""

    pid: int
    uid: int
    command: str


class Container:
    """A container that the engine created for this run."""

    def __init__(self, api: Api, identifier: str) -> None:
        self._api = api
        self.id = identifier

    def start(self, stdin: bytes | None = None) -> None:
        """Start it. Raises EngineRefused where its program cannot be started."""
        if stdin is None:
            self._api.call("POST", f"/containers/{self.id}/start")
            return
        query = {"stream": True, "stdin": True}
        with self._api.upgrade(f"/containers/{self.id}/attach", query) as duplex:
            self._api.call("POST", f"/containers/{self.id}/start")
            duplex.write(stdin)
            duplex.close_write()

    def state(self) -> ContainerState:
        """How it is now."""
        seen = self._api.call("GET", f"/containers/{self.id}/json")
        state = seen["State"]
        health = state.get("Health") or {}
        checks = health.get("Log") or []
        networks = (seen.get("NetworkSettings") or {}).get("Networks") or {}
        addresses = [network.get("IPAddress") or "" for _, network in sorted(networks.items())]
        return ContainerState(
            running=bool(state["Running"]),
            exit_code=None if state["Running"] else int(state["ExitCode"]),
            out_of_memory=bool(state.get("OOMKilled")),
            health=health.get("Status", ""),
            health_output=checks[-1].get("Output", "") if checks else "",
            pid=int(state.get("Pid") or 0),
            address=next(filter(None, addresses), ""),
            error=state.get("Error") or "",
        )

    def wait(self, timeout: float) -> int | None:
        """Its exit code, None where it still runs after `timeout` seconds."""
        try:
            answer = self._api.call("POST", f"/containers/{self.id}/wait", timeout=max(timeout, 0.01))
        except EngineSilent:
            return None
        return int(answer["StatusCode"])

    def logs(self) -> Logs:
        """Standard output and standard error so far."""
        query = {"stdout": True, "stderr": True}
        with self._api.stream("GET", f"/containers/{self.id}/logs", query) as answer:
            return Logs(*demultiplex(iter(lambda: answer.read(1 << 16), b"")))

    def exec(
        self, command: tuple[str, ...], timeout: float, *, user: str | None = None, shell: bool = False
    ) -> ExecResult:
        """Run a command inside; `shell` joins it to one line for `/bin/sh -c`."""
        words = ["/bin/sh", "-c", shlex.join(command)] if shell else list(command)
        body = {"AttachStdout": True, "AttachStderr": True, "Cmd": words, "User": user or ""}
        made = self._api.call("POST", f"/containers/{self.id}/exec", body=body)["Id"]
        deadline = time.monotonic() + timeout
        with self._api.upgrade(f"/exec/{made}/start", body={"Detach": False, "Tty": False}) as duplex:
            parts: list[bytes] = []
            in_time = _drain(duplex, deadline, parts)
        stdout, stderr = demultiplex(iter(parts))
        code = self._api.call("GET", f"/exec/{made}/json")["ExitCode"] if in_time else None
        return ExecResult(code, stdout, stderr)

    def stop(self, timeout: float) -> tuple[int, float]:
        """Send the stop signal, kill after `timeout` seconds: (exit code, seconds that it took)."""
        started = time.monotonic()
        query = {"t": max(1, round(timeout))}
        self._api.call("POST", f"/containers/{self.id}/stop", query, timeout=timeout + 60)
        seconds = time.monotonic() - started
        return self.state().exit_code or 0, seconds

    def layer(self) -> Path | None:
        """The folder with what it writes, while it runs; None where that is out of reach."""
        pid = self.state().pid
        return procfs.layer(pid) if procfs.is_of(pid, self.id) else None

    def written(self, layer: Path | None = None) -> tuple[str, ...]:
        """The paths that the run wrote, in order; a directory counts when something in it changed.

        With its layer, the engine has not to compare the whole file system with the image's.
        """
        if layer is not None:
            return procfs.written(layer)
        found = self._api.call("GET", f"/containers/{self.id}/changes") or []
        return tuple(sorted(change["Path"] for change in found))

    def processes(self) -> tuple[Process, ...]:
        """What runs inside; empty once it has ended."""
        try:
            seen = self._api.call("GET", f"/containers/{self.id}/top", {"ps_args": "-eo pid,uid,args"})
        except EngineRefused:
            return ()
        return tuple(Process(int(pid), int(uid), command) for pid, uid, command in seen["Processes"])

    def ports(self) -> tuple[str, ...] | None:
        """The ports that its processes have bound, as `8080/tcp`; `53/udp@local` for one on loopback alone.

        None where they cannot be told: the engine is elsewhere, and the image has no `cat`.
        """
        state = self.state()
        if not state.running:
            return ()
        tables = procfs.socket_tables(state.pid) if procfs.is_of(state.pid, self.id) else {}
        if not tables:
            for name in ("tcp", "tcp6", "udp", "udp6"):
                try:
                    answer = self.exec(("cat", f"/proc/net/{name}"), EXEC_SECONDS)
                except EngineRefused:
                    if self.state().running:
                        continue
                    return ()
                if answer.exit_code == 0:
                    tables[name] = answer.stdout.decode()
        return procfs.listening(tables) if tables else None

    def mapped(self) -> frozenset[str]:
        """The files of the image that its processes have in memory; empty where they cannot be told."""
        pids = (process.pid for process in self.processes())
        return procfs.mapped(pid for pid in pids if procfs.is_of(pid, self.id))

    def files(self, path: str) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
        """What lies at `path`, a directory with all below it; names begin with the path's last part.

        Raises EngineRefused (404) where there is nothing.
        """
        with (
            self._api.stream("GET", f"/containers/{self.id}/archive", {"path": path}) as answer,
            tarfile.open(fileobj=answer, mode="r|") as archive,
        ):
            for member in archive:
                yield member, archive.extractfile(member) if member.isreg() else None

    def remove(self) -> None:
        """Kill it if need be, and remove it with its anonymous volumes."""
        try:
            self._api.call("DELETE", f"/containers/{self.id}", {"force": True, "v": True})
        except EngineRefused as error:
            if error.status not in (404, 409):
                raise


def creation(request: RunRequest, label: dict[str, str]) -> dict[str, Any]:
    """The engine's description of a container for a request."""
    body: dict[str, Any] = {
        "Image": request.image,
        "Labels": label,
        "Env": [f"{key}={value}" for key, value in request.env],
        "HostConfig": {
            "NetworkMode": request.network or "none",
            "Memory": request.limits.memory,
            "MemorySwap": request.limits.memory,
            "PidsLimit": request.limits.pids,
            "Binds": [volume for volume in request.volumes if ":" in volume],
        },
    }
    anonymous = [volume for volume in request.volumes if ":" not in volume]
    if anonymous:
        body["Volumes"] = {volume: {} for volume in anonymous}
    if request.command is not None:
        body["Cmd"] = list(request.command)
    if request.entrypoint is not None:
        # An empty string, not an empty list, is what takes an image's entry point away.
        body["Entrypoint"] = list(request.entrypoint) or [""]
    if request.user is not None:
        body["User"] = request.user
    if request.stdin is not None:
        body |= {"OpenStdin": True, "StdinOnce": True, "AttachStdin": True}
    if request.workdir is not None:
        body["WorkingDir"] = request.workdir
    if request.healthcheck is not None:
        body["Healthcheck"] = _healthcheck(request.healthcheck)
    if request.network and request.aliases:
        endpoint = {request.network: {"Aliases": list(request.aliases)}}
        body["NetworkingConfig"] = {"EndpointsConfig": endpoint}
    return body


def _healthcheck(check: Healthcheck) -> dict[str, Any]:
    """As the engine takes it, in nanoseconds; the start interval is left out, as older engines refuse it."""
    times = {"Interval": check.interval, "Timeout": check.timeout, "StartPeriod": check.start_period}
    body: dict[str, Any] = {key: round(seconds * 1e9) for key, seconds in times.items() if seconds}
    if check.test:
        body["Test"] = list(check.test)
    if check.retries:
        body["Retries"] = check.retries
    return body


def demultiplex(parts: Iterator[bytes]) -> tuple[bytes, bytes]:
    """Standard output and standard error of the engine's framed stream; a frame cut short counts as it is."""
    raw = io.BytesIO(b"".join(parts))
    streams = {1: io.BytesIO(), 2: io.BytesIO()}
    while len(header := raw.read(8)) == 8:
        kind, length = struct.unpack(">BxxxL", header)
        data, out = raw.read(length), streams.get(kind, streams[1])
        out.write(data[: OUTPUT_BYTES - out.tell()])
    return streams[1].getvalue(), streams[2].getvalue()


def _drain(duplex: Duplex, deadline: float, parts: list[bytes]) -> bool:
    """Read up to the end; False where the deadline came first."""
    total = 0
    try:
        while data := duplex.read(deadline - time.monotonic()):
            total += len(data)
            if total <= 2 * OUTPUT_BYTES:
                parts.append(data)
    except TimeoutError:
        return False
    return True
