"""The findings of `check` as a JSON array."""

from __future__ import annotations

import json
from dataclasses import asdict

from stagewright.rules.result import CheckResult


def render(result: CheckResult) -> str:
    """Each finding has rule, path, line, column, message, severity, fix and benefit ("" where unknown)."""
    return json.dumps([asdict(finding) for finding in result.findings], indent=2, ensure_ascii=False) + "\n"
