"""`python -m tests.field`: the projects of the study through `apply`, and the table of `docs/field-study.md`.

Each result is kept as one JSON file, so that a run that was interrupted goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stagewright.engine import Engine
from tests.field.projects import FieldProject, Unpacked, read_projects, unpack
from tests.field.rebuilds import rebuild, size_of
from tests.field.table import page
from tests.lab.paths import CACHE

_LIMIT_SECONDS = 1800
_PAGE = Path(__file__).parents[2] / "docs" / "field-study.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.field", description=__doc__)
    parser.add_argument("--sources", type=Path, default=CACHE / "field" / "sources", help="git directories")
    parser.add_argument("--results", type=Path, default=CACHE / "field" / "results", help="a file a project")
    parser.add_argument("--only", default="", help="projects whose name contains this; run again")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    projects, siblings = read_projects()
    for project in projects:
        result = options.results / f"{project.name.replace('/', '+')}.json"
        if options.only not in project.name or (result.exists() and not options.only):
            continue
        with tempfile.TemporaryDirectory(prefix="stagewright-field-") as folder, Engine.connect() as engine:
            unpacked = unpack(project, siblings, options.sources.resolve(), Path(folder))
            found = run(engine, project, unpacked)
        result.write_text(json.dumps(found, indent=1), encoding="utf-8")
        print(f"{project.name}: {found['verdict']} {found['seconds']} s {found['why']}", flush=True)
    _PAGE.write_text(page(projects, options.results), encoding="utf-8")
    return 0


def run(engine: Engine, project: FieldProject, unpacked: Unpacked) -> dict[str, Any]:
    """The proof's JSON with what is known beside it; `verdict` "error" where there is no proof."""
    new = unpacked.context.with_name("new")
    shutil.copytree(unpacked.context, new, symlinks=True)
    found = _applied(project, new)
    found |= {"base": unpacked.base, "stood_in": unpacked.stood_in, "own_size": None, "rebuilds": None}
    if found["verdict"] == "proved":
        sides = [rebuild(engine, context, project.dockerfile) for context in (unpacked.context, new)]
        found["rebuilds"] = [side and asdict(side) for side in sides]
    if unpacked.own:
        found["own_size"] = size_of(engine, unpacked.context, unpacked.own)
    return found


def _applied(project: FieldProject, context: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "stagewright.cli.main", "apply", "--format", "json"]
    command += [part for one in project.environment for part in ("--env", one)]
    command += [part for one in project.probes for part in ("--probe", one)]
    command += ["-f", str(context / project.dockerfile), str(context)]
    started = time.monotonic()
    try:
        ran = subprocess.run(command, text=True, capture_output=True, check=False, timeout=_LIMIT_SECONDS)
        output, error, code = ran.stdout, ran.stderr, ran.returncode
    except subprocess.TimeoutExpired:
        output, error, code = "", f"error: it took more than {_LIMIT_SECONDS} seconds", 124
    try:
        found: dict[str, Any] = json.loads(output)
    except ValueError:
        found = {"verdict": "error", "reasons": [error.strip()[-4000:]]}
    why = " | ".join(found["reasons"])[:600]
    return {**found, "why": why, "seconds": round(time.monotonic() - started), "exit_code": code}


if __name__ == "__main__":
    raise SystemExit(main())
