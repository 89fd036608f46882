"""The findings of `check` as a JSON array; the schema is docs/schema/check.schema.json."""

from __future__ import annotations

from dataclasses import asdict

from stagewright.report.json_text import json_text
from stagewright.rules.result import CheckResult


def render(result: CheckResult) -> str:
    """Each finding has rule, path, line, column, message, severity, fix and benefit ("" where unknown)."""
    return json_text([asdict(finding) for finding in result.findings])
