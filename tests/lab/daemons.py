"""Processes that outlive `up`: started apart, logged to files, recognised by their program, not by a pid."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.lab.commands import LabError, run, tail

ASK_SECONDS = 20
# What a person runs, as against what the engine consists of.
CLIENTS = frozenset({"docker", "buildx", "docker-buildx", "go"})


def start(arguments: Sequence[str | Path], log: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a daemon in a session of its own, so that it outlives the caller's terminal."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **env},
            start_new_session=True,
            cwd="/",
        )


def wait_until(ready: Callable[[], bool], seconds: float, daemon: subprocess.Popen[bytes], log: Path) -> None:
    """Raise LabError with the end of the log when the daemon ends, or is not ready in time."""
    end = time.monotonic() + seconds
    while not ready():
        if daemon.poll() is not None or time.monotonic() > end:
            said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            state = "is not ready" if daemon.poll() is None else f"ended with {daemon.returncode}"
            raise LabError(f"the daemon {state}; the end of {log}:\n{tail(said, 15)}")
        time.sleep(0.1)


def accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def pings(path: Path) -> bool:
    """Whether a Docker engine answers on this socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(path))
            connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: lab\r\n\r\n")
            return b" 200 " in connection.recv(64)
        except OSError:
            return False


def processes(home: Path) -> list[int]:
    """Pids of the daemons whose programs lie in this folder.

    A pid file may name what is by now somebody else's process: a process is told by its program instead.
    """
    return [
        pid
        for pid, entry in proc_entries()
        if (program := program_of(entry)).is_relative_to(home) and program.name not in CLIENTS
    ]


def contained(data: Path) -> list[int]:
    """Pids of the containers' processes: those whose root file system is made of an engine's data."""
    return [pid for pid, entry in proc_entries() if root_lies_in(entry, data)]


def proc_entries() -> list[tuple[int, Path]]:
    found = [(int(entry.name), entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return sorted(pair for pair in found if pair[0] != os.getpid())


def program_of(process: Path) -> Path:
    try:
        return Path(str((process / "exe").readlink()).removesuffix(" (deleted)"))
    except OSError:
        return Path("/nowhere")


def root_lies_in(process: Path, data: Path) -> bool:
    try:
        mounts = (process / "mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return any(line.split(" ")[4] == "/" and f"={data}/" in line for line in mounts)


def stop(home: Path, data: Path) -> None:
    """End an engine: the daemons are asked first and killed after some seconds, the containers killed."""
    start = time.monotonic()
    asked: set[int] = set()
    while pids := processes(home) + contained(data):
        waited = time.monotonic() - start
        if waited > 2 * ASK_SECONDS:
            raise LabError(f"processes {pids} do not end")
        for pid in contained(data) + (processes(home) if waited > ASK_SECONDS else []):
            send(pid, signal.SIGKILL)
        for pid in processes(home):
            if pid not in asked:
                asked.add(pid)
                send(pid, signal.SIGTERM)
        time.sleep(0.2)


def send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def unmount_below(*folders: Path) -> None:
    """Detach every mount below these folders, the deepest first."""
    lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    points = [Path(line.split(" ")[4].replace("\\040", " ")) for line in lines]
    for point in sorted(points, key=lambda path: len(path.parts), reverse=True):
        if any(point.is_relative_to(folder) for folder in folders):
            run(["umount", "-l", point])
