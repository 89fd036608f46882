"""The examples: image size, cold build and rebuild after an edit, each against the original."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from stagewright.engine import Engine
from tests.e2e.prepare import has_dockerfile, names, prepare


def main() -> None:
    ratios: dict[str, list[float]] = {"size": [], "build_seconds": [], "rebuild_seconds": []}
    for name in filter(has_dockerfile, names()):
        proof = _proof(name)
        if proof is None or proof["verdict"] != "proved":
            print(f"example {name}: {'no answer' if proof is None else proof['verdict']}")
            continue
        parts = []
        for key, collected in ratios.items():
            before, after = proof["before"][key], proof["after"][key]
            if before and after is not None:
                collected.append(after / before)
                parts.append(f"{key} {after / before:.2f}")
        print(f"example {name}: {', '.join(parts)}", flush=True)
    for key, collected in ratios.items():
        if collected:
            print(f"examples: {key}: median ratio {statistics.median(collected):.2f} of {len(collected)}")


def _proof(name: str) -> dict[str, Any] | None:
    with tempfile.TemporaryDirectory(prefix="stagewright-bench-") as folder, Engine.connect() as engine:
        project = prepare(name, Path(folder), engine)
        command = [sys.executable, "-m", "stagewright.cli.main", "prove", "--format", "json"]
        ran = subprocess.run(command, cwd=project, text=True, capture_output=True, check=False)
        try:
            proof: dict[str, Any] = json.loads(ran.stdout)
        except ValueError:
            return None
        return proof
