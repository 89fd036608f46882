"""Processes that outlive `up`: started apart, logged to files, recognised by their program, not by a pid."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.lab.commands import LabError, run, tail

# What a person runs, as against what the engine consists of.
CLIENTS = frozenset({"docker", "buildx", "docker-buildx", "go"})


def start(arguments: Sequence[str | Path], log: Path, env: Mapping[str, str]) -> None:
    """Start a daemon in a session of its own, so that it outlives the caller's terminal."""
    with log.open("ab") as output:
        subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **env},
            start_new_session=True,
            cwd="/",
        )


def wait_until(ready: Callable[[], bool], seconds: float, what: str, log: Path) -> None:
    """Raise LabError with the end of the log when `ready` is not true in time."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            raise LabError(
                f"{what} did not answer within {seconds:.0f} s; the end of {log}:\n{tail(said, 15)}"
            )
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


def processes(programs: Path, data: Path) -> list[int]:
    """Pids of the engine whose programs lie in one folder and whose data lie in the other.

    A pid file may name what is by now somebody else's process, so none is kept: an engine's own processes
    are told by their program's path, its containers' by the image that is their root file system.
    """
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            program = program_of(entry)
            inside = program.is_relative_to(programs) and program.name not in CLIENTS
            if inside or root_lies_in(entry, data):
                found.append(int(entry.name))
    return sorted(found)


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


def stop(programs: Path, data: Path) -> None:
    """End an engine's processes: asked first, then killed; the containers' with them."""
    deadline = time.monotonic() + 20
    signalled: set[int] = set()
    while pids := processes(programs, data):
        late = time.monotonic() > deadline
        if late and time.monotonic() > deadline + 20:
            raise LabError(f"processes {pids} do not end")
        for pid in pids:
            if late or pid not in signalled:
                signalled.add(pid)
                send(pid, signal.SIGKILL if late else signal.SIGTERM)
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
