"""BuildKit's progress, as `--progress=rawjson` prints it, folded into steps and logs."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

TAIL_LINES = 40
LOG_BYTES = 1 << 20
# A `COPY --link` has a second vertex, which lays its layer over the others.
_STAGE_STEP = re.compile(r"\[(?:(?P<stage>\S+) +)?(?P<number>\d+)/\d+\] (?!LINK )(?P<instruction>.*)", re.S)


@dataclass(frozen=True, slots=True)
class Step:
    """One vertex of a build: its name, content digest, whether the cache answered, seconds taken."""

    name: str
    digest: str
    cached: bool = False
    seconds: float = 0.0
    error: str = ""

    @property
    def stage(self) -> str:
        """The stage's name; "" where the file has one stage, or for a step of the builder's own."""
        found = _STAGE_STEP.fullmatch(self.name)
        return (found["stage"] or "") if found else ""

    @property
    def instruction(self) -> str:
        """The instruction as the Dockerfile has it (`RUN npm ci`), "" for a step of the builder's own."""
        found = _STAGE_STEP.fullmatch(self.name)
        return found["instruction"] if found else ""


@dataclass(frozen=True, slots=True)
class BuildEvent:
    """Something that a watcher of a build may show; `text` is a line of log, or an error."""

    kind: Literal["started", "done", "cached", "failed", "log"]
    step: str
    text: str = ""
    seconds: float = 0.0


class Progress:
    """Collects what one build says, line by line."""

    def __init__(self, watcher: Callable[[BuildEvent], None] | None) -> None:
        self._watcher = watcher
        self._vertices: dict[str, dict[str, Any]] = {}
        self._told: set[tuple[str, str]] = set()
        self._tails: dict[str, deque[str]] = {}
        self._plain: deque[str] = deque(maxlen=200)
        self._log: deque[str] = deque()
        self._log_bytes = 0

    def feed(self, line: str) -> None:
        """Take one line of buildx's standard error: a status in JSON, or plain text."""
        try:
            status = json.loads(line) if line.startswith("{") else None
        except ValueError:
            status = None
        if not isinstance(status, dict):
            self._plain.append(line.rstrip("\n"))
            return
        for vertex in status.get("vertexes") or ():
            self._vertex(vertex)
        for log in status.get("logs") or ():
            self._logged(log)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps: the builder's own, then stage by stage (by name) in the Dockerfile's order."""
        return tuple(sorted(map(_step, self._vertices.values()), key=_order))

    @property
    def log(self) -> str:
        """What the steps printed, the last mebibyte of it."""
        return "\n".join(self._log)

    @property
    def plain(self) -> str:
        """What came outside of the JSON: the builder's final error, with the Dockerfile's lines."""
        return "\n".join(self._plain).strip()

    def failed_step(self) -> Step | None:
        """The step that failed by itself: one that was cancelled because of another is not it."""
        failed = [step for step in self.steps if step.error]
        own = [step for step in failed if "context canceled" not in step.error]
        return next(iter(own or failed), None)

    def interrupted_step(self) -> Step | None:
        """The last step that had begun and was not done, or was cancelled, when the build came to its end."""
        begun = [
            _step(vertex)
            for vertex in self._vertices.values()
            if vertex.get("started") and ("completed" not in vertex or "cancel" in vertex.get("error", ""))
        ]
        return max(begun, key=_order, default=None)

    def tail(self, step: Step) -> str:
        """The last lines that a step printed."""
        return "\n".join(self._tails.get(step.digest, ()))

    def _vertex(self, vertex: dict[str, Any]) -> None:
        known = self._vertices.setdefault(vertex["digest"], {})
        known.update({key: value for key, value in vertex.items() if value})
        step = _step(known)
        if known.get("error"):
            self._tell(BuildEvent("failed", step.name, step.error, step.seconds), step)
        elif step.cached:
            self._tell(BuildEvent("cached", step.name), step)
        elif known.get("completed"):
            self._tell(BuildEvent("done", step.name, seconds=step.seconds), step)
        elif known.get("started"):
            self._tell(BuildEvent("started", step.name), step)

    def _tell(self, event: BuildEvent, step: Step) -> None:
        if self._watcher and (step.digest, event.kind) not in self._told:
            self._told.add((step.digest, event.kind))
            self._watcher(event)

    def _logged(self, log: dict[str, Any]) -> None:
        digest = log.get("vertex", "")
        tail = self._tails.setdefault(digest, deque(maxlen=TAIL_LINES))
        for line in _decoded(log.get("data", "")).splitlines():
            tail.append(line)
            self._keep(line)
            if self._watcher:
                self._watcher(BuildEvent("log", self._vertices.get(digest, {}).get("name", ""), line))

    def _keep(self, line: str) -> None:
        self._log.append(line)
        self._log_bytes += len(line)
        while self._log_bytes > LOG_BYTES:
            self._log_bytes -= len(self._log.popleft())


def failing_line(text: str) -> int | None:
    """The Dockerfile's line, counted from 1, that a builder's error names (`Dockerfile:7`, a `>>>` mark)."""
    for pattern in (r"^\s*(\d+) \| >>>", r"^\S*[Dd]ockerfile\S*:(\d+)$", r"(?:parse error on|on) line (\d+)"):
        if found := re.search(pattern, text, re.M):
            return int(found[1])
    return None


def _order(step: Step) -> tuple[str, int, str]:
    found = _STAGE_STEP.fullmatch(step.name)
    return (found["stage"] or "", int(found["number"]), step.name) if found else ("", 0, step.name)


def _decoded(data: str) -> str:
    try:
        return base64.b64decode(data).decode("utf-8", "replace")
    except binascii.Error:
        return ""


def _step(vertex: dict[str, Any]) -> Step:
    times: Iterator[datetime] = (
        datetime.fromisoformat(vertex[key]) for key in ("started", "completed") if vertex.get(key)
    )
    first, last = next(times, None), next(times, None)
    return Step(
        vertex.get("name", ""),
        vertex["digest"],
        bool(vertex.get("cached")),
        (last - first).total_seconds() if first and last else 0.0,
        vertex.get("error", ""),
    )
