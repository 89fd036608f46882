"""`make demo`: the main job on examples/bun-api, as a user would do it: `python -m tests.demo`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from stagewright.dockerfile import unified_diff

_EXAMPLE = Path(__file__).parent.parent / "examples" / "bun-api"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="stagewright-demo-") as folder:
        project = Path(folder) / "bun-api"
        shutil.copytree(_EXAMPLE, project)
        before = (project / "Dockerfile").read_text(encoding="utf-8")
        _say("The design: stagewright design --harden")
        if code := _run(project, "design", "--harden").returncode:
            return code
        _say("Build both, account for every file, run both, compare, write: stagewright apply --harden")
        applied = _run(project, "apply", "--harden", "--measure", "--format", "json", capture=True)
        if applied.returncode:
            print(applied.stdout)
            return applied.returncode
        _say("What changed: the diff")
        print(unified_diff(before, (project / "Dockerfile").read_text(encoding="utf-8"), "Dockerfile"))
        _say("Before and after")
        return _compare(json.loads(applied.stdout))


def _compare(proof: dict[str, object]) -> int:
    before, after = proof["before"], proof["after"]
    assert isinstance(before, dict) and isinstance(after, dict)
    print(f"{'':22}{'before':>12}{'after':>12}")
    for key, label, unit in (
        ("size", "size", 1e6),
        ("size_above_base", "size above the base", 1e6),
        ("build_seconds", "cold build", 1.0),
        ("rebuild_seconds", "rebuild after an edit", 1.0),
    ):
        shown = [
            "not measured" if side[key] is None else f"{side[key] / unit:.1f} {'MB' if unit > 1 else 's'}"
            for side in (before, after)
        ]
        print(f"{label:22}{shown[0]:>12}{shown[1]:>12}")
    print(f"{'user':22}{before['user']:>12}{after['user']:>12}")
    print(f"{'healthy':22}{_yes(before['healthy']):>12}{_yes(after['healthy']):>12}")
    print(f"\nVerdict: {proof['verdict']}")
    met = (
        proof["verdict"] == "proved"
        and after["size"] < before["size"] / 2
        and after["healthy"] is True
        and after["user"] not in ("", "0", "root")
    )
    if not met:
        print(
            "The demo expects a proved image of under half the size, healthy and not root.", file=sys.stderr
        )
    return 0 if met else 1


def _yes(value: bool | None) -> str:
    return "no check" if value is None else "yes" if value else "no"


def _say(title: str) -> None:
    print(f"\n── {title} {'─' * max(4, 100 - len(title))}\n", flush=True)


def _run(project: Path, *arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stagewright.cli.main", *arguments]
    return subprocess.run(
        command, cwd=project, text=True, stdout=subprocess.PIPE if capture else None, check=False
    )


if __name__ == "__main__":
    raise SystemExit(main())
