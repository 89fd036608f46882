"""Start-up: `check` and the hook on one file, against an empty Python and hadolint where it is there."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

_ROUNDS = 15
_DOCKERFILE = """FROM node:22
WORKDIR /app
COPY . .
RUN npm ci && npm run build
EXPOSE 3000
CMD ["npm", "start"]
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="stagewright-bench-") as folder:
        file = Path(folder) / "Dockerfile"
        file.write_text(_DOCKERFILE, encoding="utf-8")
        hook = json.dumps(
            {
                "hook_event_name": "PostToolUse",
                "cwd": folder,
                "tool_name": "Write",
                "tool_input": {"file_path": str(file)},
            }
        )
        python = [sys.executable, "-c", "pass"]
        stagewright = [sys.executable, "-m", "stagewright.cli.main"]
        pairs: list[tuple[str, Sequence[str], str, str, Sequence[str]]] = [
            ("hook, one file", [*stagewright, "hook"], hook, "python -c pass", python),
            ("check, one file", [*stagewright, "check", str(file)], "", "python -c pass", python),
        ]
        if hadolint := shutil.which("hadolint"):
            pairs.append(
                ("check, one file", [*stagewright, "check", str(file)], "", "hadolint", [hadolint, str(file)])
            )
        else:
            print("start: hadolint is not on PATH; its ratio is not measured")
        for name, ours, stdin, other, theirs in pairs:
            a, b = _paired(ours, stdin, theirs)
            print(f"start: {name}: {a * 1000:.0f} ms, {other}: {b * 1000:.0f} ms, ratio {a / b:.2f}")


def _paired(ours: Sequence[str], stdin: str, theirs: Sequence[str]) -> tuple[float, float]:
    first, second = [], []
    for _ in range(_ROUNDS):
        first.append(_seconds(ours, stdin))
        second.append(_seconds(theirs, ""))
    return statistics.median(first), statistics.median(second)


def _seconds(command: Sequence[str], stdin: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        command, input=stdin, text=True, capture_output=True, check=False, env={**os.environ, "NO_COLOR": "1"}
    )
    return time.perf_counter() - started
