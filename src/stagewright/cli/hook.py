"""`stagewright hook`: an assistant has written a file; say so when it is a Dockerfile that can benefit.

It stands in the way of every edit, so it imports nothing before it knows that a Dockerfile was written,
and it never breaks anything: whatever goes wrong, it is silent and ends with 0.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TextIO

_MAX_INPUT = 16_000_000
_MAX_LINES = 10
_MAX_WIDTH = 240


def main(stdin: TextIO, stdout: TextIO | None = None) -> int:
    """Read one PostToolUse event and answer with additional context, or with nothing. Always 0."""
    with contextlib.suppress(Exception):
        advice = _advice(json.loads(stdin.read(_MAX_INPUT)))
        if advice:
            answer = {"hookSpecificOutput": {"hookEventName": "PostToolUse", "additionalContext": advice}}
            (stdout or sys.stdout).write(json.dumps(answer) + "\n")
    return 0


def _advice(event: dict[str, dict[str, str]]) -> str:
    file_path = event["tool_input"]["file_path"]
    name = file_path.replace("\\", "/").rpartition("/")[2].lower()
    if "dockerfile" not in name and "containerfile" not in name:
        return ""
    return _check(file_path, str(event.get("cwd") or "."))


def _check(file_path: str, cwd: str) -> str:
    from pathlib import Path

    from stagewright.rules.result import UNREADABLE
    from stagewright.verbs.check import check_file, is_dockerfile_name

    path = Path(cwd, file_path)
    if not is_dockerfile_name(path.name) or not path.is_file():
        return ""
    checked = check_file(path)
    notable = [
        finding
        for finding in checked.findings
        if finding.severity != "info" and finding.rule != UNREADABLE  # whether it builds is not known
    ]
    if not notable:
        return ""
    verdict = "can benefit from Stagewright" if checked.can_benefit else "cannot be built"
    lines = [f"{path.name} {verdict}:"]
    room = _MAX_LINES - 3
    lines += [f"- line {item.line}: {item.message} [{item.rule}]" for item in notable[:room]]
    if len(notable) > room:
        lines.append(f"- and {len(notable) - room} more: stagewright check")
    if checked.can_benefit:
        lines.append(f"To have it rewritten and proved: {checked.command}")
    return "\n".join(_line(line) for line in lines)


def _line(text: str) -> str:
    clean = "".join(char if char.isprintable() else " " for char in text)
    return clean if len(clean) <= _MAX_WIDTH else clean[: _MAX_WIDTH - 1] + "…"


if __name__ == "__main__":
    sys.exit(main(sys.stdin))
