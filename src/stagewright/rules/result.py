"""What `check` found, per file."""

from __future__ import annotations

from dataclasses import dataclass

from stagewright.model.finding import Finding

SYNTAX_ERROR = "syntax-error"


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """`declined` says why nothing is looked for; `command` is what to run where the file can benefit."""

    path: str
    findings: tuple[Finding, ...]
    declined: str = ""
    command: str = ""

    @property
    def can_benefit(self) -> bool:
        return bool(self.command)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The files in path order; `truncated` says that the search for them ended at its limit."""

    files: tuple[CheckedFile, ...]
    truncated: bool = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for file in self.files for finding in file.findings)
