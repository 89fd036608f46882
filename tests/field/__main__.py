"""`python -m tests.field`: the projects of the study through `apply`, and the table of `docs/field-study.md`.

Each result is kept as one JSON file, so that a run that was interrupted goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.field.projects import FieldProject, read_projects, unpack
from tests.field.table import table

_LIMIT_SECONDS = 1800


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.field", description=__doc__)
    parser.add_argument("--sources", type=Path, required=True, help="clones; what is missing is cloned there")
    parser.add_argument("--results", type=Path, required=True, help="one JSON file for each project")
    parser.add_argument("--only", default="", help="projects whose name contains this; run again")
    parser.add_argument("--measure", action="store_true", help="time builds, too")
    parser.add_argument("--table", type=Path, help="write the table here")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    projects, siblings = read_projects()
    for project in projects:
        result = options.results / f"{project.name.replace('/', '+')}.json"
        if options.only not in project.name or (result.exists() and not options.only):
            continue
        found = run(project, siblings, options.sources.resolve(), measure=options.measure)
        result.write_text(json.dumps(found, indent=1), encoding="utf-8")
        print(f"{project.name}: {found['verdict']} {found['seconds']} s {found['why']}", flush=True)
    if options.table:
        options.table.write_text(table(projects, options.results), encoding="utf-8")
    return 0


def run(
    project: FieldProject, siblings: Mapping[str, str], sources: Path, *, measure: bool
) -> dict[str, Any]:
    """The proof's JSON with `why`, `seconds` and `exit_code`; `verdict` "error" where there is no proof."""
    with tempfile.TemporaryDirectory(prefix="stagewright-field-") as folder:
        context = unpack(project, siblings, sources, Path(folder))
        command = [sys.executable, "-m", "stagewright.cli.main", "apply", "--format", "json"]
        command += ["--measure"] if measure else []
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
