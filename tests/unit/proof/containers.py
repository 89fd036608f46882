"""An engine whose containers only say that they run, ended, or are healthy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from stagewright.engine import (
    Container,
    ContainerState,
    EngineRefused,
    ExecResult,
    Logs,
    Process,
    RunRequest,
)

UP = ContainerState(True, None, False, "", "", 41, "10.9.8.7", "")
ENDED = replace(UP, running=False, exit_code=0, pid=0, address="")
IDENTIFIER = "0123456789abcdef"


@dataclass
class FakeContainer:
    """States in order, the last one for good; after a stop it has ended."""

    states: list[ContainerState]
    stdout: bytes = b""
    open: tuple[str, ...] | None = ()
    wrote: Sequence[str] = ()
    stop_code: int = 0
    id: str = IDENTIFIER
    gone: bool = False
    stopped: bool = False
    stdin: bytes | None = None
    farewell: bytes = b""

    def state(self) -> ContainerState:
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def ports(self) -> tuple[str, ...] | None:
        return self.open

    def logs(self) -> Logs:
        return Logs(self.stdout + (self.farewell if self.stopped else b""), b"")

    def processes(self) -> tuple[Process, ...]:
        return (Process(41, 1000, "program"), Process(42, 0, "child"))

    def mapped(self) -> frozenset[str]:
        return frozenset({"/usr/lib/b.so", "/usr/lib/a.so"})

    def wait(self, timeout: float) -> int | None:
        assert timeout > 0
        return self.states[0].exit_code

    def exec(self, command: tuple[str, ...], timeout: float) -> ExecResult:
        assert timeout > 0
        return ExecResult(0, " ".join(command).encode(), b"")

    def stop(self, timeout: float) -> tuple[int, float]:
        assert timeout > 0
        self.stopped = True
        self.states = [replace(ENDED, exit_code=self.stop_code)]
        return self.stop_code, 0.123

    def layer(self) -> None:
        return None

    def written(self, layer: None) -> tuple[str, ...]:
        assert layer is None
        return tuple(self.wrote)

    def remove(self) -> None:
        self.gone = True


@dataclass
class FakeEngine:
    container: FakeContainer
    requests: list[RunRequest] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    refuses: bool = False

    def network(self) -> str:
        self.networks.append("net")
        return "net"

    def remove_network(self, name: str) -> None:
        self.networks.remove(name)

    def start(self, request: RunRequest) -> Container:
        self.requests.append(request)
        if self.refuses:
            raise EngineRefused(400, "no such program")
        return cast(Container, self.container)
