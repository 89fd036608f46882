"""What `check` says of one place in a Dockerfile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` and `column` count from 1. `benefit` is an estimate with its source, and called so."""

    rule: str
    path: str
    line: int
    column: int
    message: str
    severity: Severity
    fix: str = ""
    benefit: str = ""
