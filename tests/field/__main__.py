"""`python -m tests.field`: the projects of the study through `apply`, and the table of `docs/field-study.md`.

Each result is kept as one JSON file in `tests/field/results`: a run that was interrupted goes on where it
was, and a later one adds to it. Of each repository count the first projects whose original builds and starts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stagewright.engine import Engine
from tests.field.projects import FieldProject, Unpacked, read_projects, unpack
from tests.field.rebuilds import rebuild, size_of
from tests.field.table import page, read_rows, unrun
from tests.lab.paths import CACHE

_LIMIT_SECONDS = 1800
_PAGE = Path(__file__).parents[2] / "docs" / "field-study.md"
_RESULTS = Path(__file__).with_name("results")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.field", description=__doc__)
    parser.add_argument("--sources", type=Path, default=CACHE / "field" / "sources", help="git directories")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="a file a project")
    parser.add_argument("--only", default="", help="projects whose name contains this; run again")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    projects, siblings = read_projects()
    for project in projects:
        wanted = [project] if options.only else unrun(projects, read_rows(projects, options.results))
        if options.only not in project.name or project not in wanted:
            continue
        with tempfile.TemporaryDirectory(prefix="stagewright-field-") as folder, Engine.connect() as engine:
            unpacked = unpack(project, siblings, options.sources.resolve(), Path(folder))
            found = run(engine, project, unpacked)
        text = json.dumps(found, indent=1, sort_keys=True) + "\n"
        (options.results / project.result).write_text(text, encoding="utf-8")
        print(f"{project.name}: {found['verdict']} {found['why']}", flush=True)
    _PAGE.write_text(page(projects, options.results), encoding="utf-8")
    return 0


def run(engine: Engine, project: FieldProject, unpacked: Unpacked) -> dict[str, Any]:
    """What the page tells of a project, as JSON."""
    new = unpacked.context.with_name("new")
    shutil.copytree(unpacked.context, new, symlinks=True)
    proof = _applied(project, new)
    rebuilds = None
    if proof["verdict"] == "proved":
        sides = [rebuild(engine, context, project.dockerfile) for context in (unpacked.context, new)]
        rebuilds = [side and asdict(side) for side in sides]
    return {
        "verdict": proof["verdict"],
        "why": " / ".join(proof["reasons"]).partition("\n")[0][:160],
        "base": unpacked.base,
        "stood_in": unpacked.stood_in,
        "strategy": proof.get("strategy"),
        "candidates": proof.get("candidates"),
        "added": [item["why"] for item in proof.get("added", ())],
        "sizes": [proof.get(side, {}).get("size") for side in ("before", "after")],
        "own_size": size_of(engine, unpacked.context, unpacked.own) if unpacked.own else None,
        "rebuilds": rebuilds,
    }


def _applied(project: FieldProject, context: Path) -> dict[str, Any]:
    """The proof's JSON; the verdict "error" where there is none."""
    command = [sys.executable, "-m", "stagewright.cli.main", "apply", "--format", "json"]
    command += [part for one in project.environment for part in ("--env", one)]
    command += [part for one in project.probes for part in ("--probe", one)]
    command += ["-f", str(context / project.dockerfile), str(context)]
    try:
        ran = subprocess.run(command, text=True, capture_output=True, check=False, timeout=_LIMIT_SECONDS)
        output, error = ran.stdout, ran.stderr
    except subprocess.TimeoutExpired:
        output, error = "", f"error: it took more than {_LIMIT_SECONDS} seconds"
    try:
        proof: dict[str, Any] = json.loads(output)
    except ValueError:
        return {"verdict": "error", "reasons": [error.strip()]}
    return proof


if __name__ == "__main__":
    raise SystemExit(main())
