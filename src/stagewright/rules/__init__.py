"""What `check` says: one file per rule, all in one ordered registry."""

from __future__ import annotations

from stagewright.model.finding import Finding
from stagewright.rules import (
    build_tools_in_final,
    dev_dependencies_in_final,
    full_base,
    gate_gates_nothing,
    health_check_absent_tool,
    lockfile_not_copied,
    production_not_last,
    prune_prunes_nothing,
    root_user,
    single_stage,
    source_before_manifests,
)
from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import Subject

RULES: tuple[Rule, ...] = (
    single_stage.RULE,
    build_tools_in_final.RULE,
    dev_dependencies_in_final.RULE,
    full_base.RULE,
    source_before_manifests.RULE,
    lockfile_not_copied.RULE,
    prune_prunes_nothing.RULE,
    gate_gates_nothing.RULE,
    health_check_absent_tool.RULE,
    production_not_last.RULE,
    root_user.RULE,
)


def findings(subject: Subject) -> tuple[Finding, ...]:
    """What all rules find, by place; nothing for an image whose purpose is its tool chain."""
    df = subject.dockerfile
    if not df.stages or subject.is_tool_chain:
        return ()
    found = [
        (problem.span.start, order, rule, problem)
        for order, rule in enumerate(RULES)
        for problem in rule.check(subject)
    ]
    found.sort(key=lambda item: item[:2])
    return tuple(
        Finding(
            rule=rule.name,
            path=df.path,
            line=df.text.count("\n", 0, start) + 1,
            column=start - df.text.rfind("\n", 0, start),
            message=problem.message,
            severity=rule.severity,
            fix=problem.fix,
            benefit=problem.benefit,
        )
        for start, _, rule, problem in found
    )


__all__ = ["RULES", "Finding", "Problem", "Rule", "Subject", "findings"]
