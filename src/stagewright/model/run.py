"""How a container is run and what is seen of it from outside."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Limits:
    """The same for both sides of a proof: bytes of memory, number of processes, seconds."""

    memory: int = 1 << 30
    pids: int = 512
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Probe:
    """One way to observe a container from outside.

    `http:PORT/PATH[=STATUS][~REGEX]`, `tcp:PORT`, `exec:COMMAND[=EXIT][~REGEX]`, `log~REGEX`. COMMAND is
    split as a shell splits words; what is quoted there is no EXIT and no REGEX. `str()` is in this form.
    """

    kind: Literal["http", "tcp", "exec", "log"]
    port: int = 0
    path: str = ""
    command: tuple[str, ...] = ()
    expect: int | None = None
    pattern: str = ""
    origin: str = "given"

    def __str__(self) -> str:
        head = {
            "http": f"http:{self.port}{self.path}",
            "tcp": f"tcp:{self.port}",
            "exec": f"exec:{' '.join(map(_quoted, self.command))}",
            "log": "log",
        }[self.kind]
        expect = "" if self.expect is None else f"={self.expect}"
        return head + expect + (f"~{self.pattern}" if self.pattern else "")


def _quoted(word: str) -> str:
    """A word as a shell takes it, which cannot be read as the end of a command and an exit code."""
    return f"'{word}'" if word == shlex.quote(word) and re.search(r"=\d{1,3}$", word) else shlex.quote(word)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one side answered to a probe. `headers` have the volatile ones (Date) left out.

    `body` is compared where `body_digest` is there; the answer of a consumer's health check is `ok` alone.
    """

    ok: bool
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    body_digest: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One run of one image, from start to SIGTERM.

    `came_up` is True when it stayed up or ended by itself with output as a one-shot program does;
    `exit_code` is None while it stays up; `stop_*` tell what SIGTERM did, `farewell` what it
    printed from then on (it is not in `stdout` and `stderr`). `obstacle` says what was wrong with a
    service that it depends on, "" for nothing. `installing` is the command of a process that was installing
    packages when it was asked, "" for none.
    """

    came_up: bool
    stays_up: bool
    exit_code: int | None
    stdout: str
    stderr: str
    ports: tuple[str, ...] = ()
    answers: tuple[tuple[str, Answer], ...] = ()
    writes: tuple[str, ...] = ()
    user: str = ""
    healthy: bool | None = None
    stop_exit_code: int | None = None
    stop_seconds: float | None = None
    out_of_memory: bool = False
    out_of_time: bool = False
    seconds: float = 0.0
    mapped: tuple[str, ...] = field(default=())
    farewell: str = ""
    obstacle: str = ""
    installing: str = ""
