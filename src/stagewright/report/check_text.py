"""The findings of `check` for a reader."""

from __future__ import annotations

from collections.abc import Iterator

from stagewright.rules.result import SYNTAX_ERROR, UNREADABLE, CheckedFile, CheckResult


def render(result: CheckResult) -> str:
    """Per file: whether it can benefit, each finding with its place, and what to run. Plain text."""
    if not result.files:
        return "No Dockerfile found.\n"
    lines: list[str] = []
    for file in result.files:
        lines += [*_file(file), ""]
    count = sum(file.can_benefit for file in result.files)
    lines.append(
        f"{count} of {len(result.files)} {'file' if len(result.files) == 1 else 'files'} can benefit."
    )
    if result.truncated:
        lines.append("The search ended at its limit: name the folders that matter.")
    return "\n".join(printable(line) for line in lines) + "\n"


def _file(file: CheckedFile) -> Iterator[str]:
    yield f"{file.path}: {_verdict(file)}"
    for finding in file.findings:
        place = f"{finding.path}:{finding.line}:{finding.column}"
        yield f"  {place}: {finding.severity}: {finding.message} [{finding.rule}]"
        if finding.fix:
            yield f"      fix: {finding.fix}"
        if finding.benefit:
            yield f"      gain: {finding.benefit}"
    if file.can_benefit:
        yield f"  run: {file.command}"


def _verdict(file: CheckedFile) -> str:
    if file.declined:
        return f"left as it is ({file.declined})"
    for rule, verdict in ((SYNTAX_ERROR, "cannot be built"), (UNREADABLE, "cannot be read")):
        if any(finding.rule == rule for finding in file.findings):
            return verdict
    if file.can_benefit:
        return "can benefit"
    return "nothing to separate" if file.findings else "fine"


def printable(line: str) -> str:
    """Control characters of a stranger's file do not reach the terminal."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in line)
