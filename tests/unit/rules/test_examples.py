"""Every rule catches its bad example and lets its good one pass; both are Dockerfiles that BuildKit takes."""

from __future__ import annotations

import pytest

from stagewright.dockerfile import parse
from stagewright.dockerfile.validate import validate
from stagewright.rules import RULES, Rule, Subject, findings


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_bad_example_is_caught_and_the_good_one_is_not(rule: Rule) -> None:
    for text, caught in ((rule.bad, True), (rule.good, False)):
        df = parse(text)
        validate(df)
        found = [finding for finding in findings(Subject(df)) if finding.rule == rule.name]
        assert bool(found) is caught, (text, found)


def test_names_are_unique_and_kebab_case() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and name.replace("-", "").isalpha() for name in names)
