"""What `check` found, per file."""

from __future__ import annotations

from typing import NamedTuple

from stagewright.model.finding import Finding

SYNTAX_ERROR = "syntax-error"
UNREADABLE = "unreadable"


class CheckedFile(NamedTuple):
    """`declined` says why nothing is looked for; `command` is what to run where the file can benefit."""

    path: str
    findings: tuple[Finding, ...]
    declined: str = ""
    command: str = ""

    @property
    def can_benefit(self) -> bool:
        return bool(self.command)


class CheckResult(NamedTuple):
    """The files in path order; `truncated` says that the search for them ended at its limit."""

    files: tuple[CheckedFile, ...]
    truncated: bool = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for file in self.files for finding in file.findings)
