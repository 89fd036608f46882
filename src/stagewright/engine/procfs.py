"""What the kernel says of a container's processes, where the engine runs on this very machine."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
_LISTENING, _UNBOUND = "0A", "07"
# The engine answers names at this address of each container on a network of its own.
_ENGINE_DNS = bytes([127, 0, 0, 11])
_ROOT = re.compile(r"^(?:\S+ ){3}/ / .* - overlay .*?[ ,]upperdir=([^, \n]+)", re.MULTILINE)


def is_of(pid: int, container: str, proc: Path = PROC) -> bool:
    """Whether it is a process in the container: an engine that runs elsewhere counts other ones."""
    return f"/{container}/" in _mounts(pid, proc)


def layer(pid: int, proc: Path = PROC) -> Path | None:
    """The folder with what a process's container writes into its root; None where it is out of reach."""
    found = _ROOT.search(_mounts(pid, proc))
    folder = Path(found[1]) if found else None
    return folder if folder and os.geteuid() == 0 and folder.is_dir() else None


def written(folder: Path) -> tuple[str, ...]:
    """The paths that lie in a container's layer, what it removed as well, in order. Raises OSError."""
    found = []
    for place, folders, files in os.walk(folder, onerror=_raise):
        below = "/" + os.path.relpath(place, folder)
        found += [os.path.normpath(f"{below}/{name}") for name in (*folders, *files)]
    return tuple(sorted(found))


def socket_tables(pid: int, proc: Path = PROC) -> dict[str, str]:
    """The texts of the TCP and UDP tables of a process's network by name, as far as they are in reach."""
    tables = {}
    for name in ("tcp", "tcp6", "udp", "udp6"):
        try:
            tables[name] = (proc / str(pid) / "net" / name).read_text()
        except OSError:
            continue
    return tables


def listening(tables: dict[str, str]) -> tuple[str, ...]:
    """The ports that are bound (`8080/tcp`), those that only the container itself reaches marked `@local`."""
    found = set()
    for name, text in tables.items():
        protocol = name.removesuffix("6")
        for row in (line.split() for line in text.splitlines()[1:]):
            if len(row) < 4 or row[3] != (_LISTENING if protocol == "tcp" else _UNBOUND):
                continue
            address, _, port = row[1].partition(":")
            raw = _bytes(address)
            if raw != _ENGINE_DNS:
                found.add((int(port, 16), protocol + ("@local" if _loopback(raw) else "")))
    return tuple(f"{port}/{protocol}" for port, protocol in sorted(found))


def mapped(pids: Iterable[int], proc: Path = PROC) -> frozenset[str]:
    """The files that the processes have in memory; what may not be read is left out."""
    found: set[str] = set()
    for pid in pids:
        try:
            text = (proc / str(pid) / "maps").read_text(errors="surrogateescape")
        except OSError:
            continue
        rows = (line.split(maxsplit=5) for line in text.splitlines())
        found.update(row[5] for row in rows if len(row) == 6 and row[5].startswith("/"))
    return frozenset(found)


def _bytes(address: str) -> bytes:
    """An address of the kernel's tables, whose words are in the machine's byte order."""
    return b"".join(struct.pack("=I", int(address[at : at + 8], 16)) for at in range(0, len(address), 8))


def _loopback(raw: bytes) -> bool:
    if len(raw) == 4:
        return raw[0] == 127
    return raw == bytes(15) + b"\1" or (raw[:12] == bytes(10) + b"\xff\xff" and raw[12] == 127)


def _mounts(pid: int, proc: Path) -> str:
    try:
        return (proc / str(pid) / "mountinfo").read_text(errors="surrogateescape")
    except OSError:
        return ""


def _raise(error: OSError) -> None:
    raise error
