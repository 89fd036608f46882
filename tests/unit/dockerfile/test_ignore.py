from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.dockerfile.ignore import IgnoreRules, ignore_file_for
from stagewright.errors import UsageError


@pytest.mark.parametrize(
    ("text", "excluded", "sent"),
    [
        ("node_modules", ["node_modules", "node_modules/a/b"], ["a/node_modules", "node_modulesx"]),
        ("**/node_modules", ["node_modules/a", "a/b/node_modules/c"], ["a/node_modules2"]),
        ("/a/./b/", ["a/b", "a/b/c"], ["b", "a"]),
        ("*.md\n!README.md", ["x.md"], ["README.md", "a/x.md"]),
        ("**/*.md", ["x.md", "a/b/x.md"], ["x.mdx"]),
        ("*\n!src\n!package.json", ["a", ".git/config"], ["src/a/b", "package.json"]),
        ("docs/**", ["docs/a", "docs/a/b"], ["docs"]),
        ("a/**/b", ["a/b", "a/x/y/b/c"], ["ab"]),
        ("temp?", ["tempa"], ["temp", "temp/a"]),
        ("[a-c]x\n[^a-c]y", ["ax", "dy"], ["dx", "ay"]),
        ("# no\n\n  x  \r\n", ["x"], ["# no"]),
        ("\\*", ["*"], ["a"]),
        ("**", ["a", "a/b"], []),
        ("a\n!a/b\na/b/c", ["a/x", "a/b/c"], ["a/b", "a/b/d"]),
        ("!x\nx", ["x"], []),
        ("**b", ["b", "ab", "x/ab"], ["bx"]),
        ("\\*\\*", ["**"], ["*"]),
        ("a.b+(c)", ["a.b+(c)"], ["axb+(c)"]),
    ],
)
def test_rules(text: str, excluded: list[str], sent: list[str]) -> None:
    rules = IgnoreRules.parse(text)
    assert [path for path in excluded + sent if rules.excluded(path)] == excluded


def test_the_context_itself_is_never_left_out() -> None:
    assert not IgnoreRules.parse("**").excluded(".")


def test_the_rule_that_decided() -> None:
    rule = IgnoreRules.parse("a\n# c\n*.log\n").decisive("x.log")
    assert rule is not None
    assert (rule.pattern, rule.line) == ("*.log", 3)


@pytest.mark.parametrize("text", ["!", "a\n[", "[]", "[a-", "x\\", "*a" * 20])
def test_bad_patterns_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"\.dockerignore:[12]: "):
        IgnoreRules.parse(text)


def test_the_dockerfiles_own_ignore_file_wins(tmp_path: Path) -> None:
    dockerfile = tmp_path / "docker" / "prod.Dockerfile"
    dockerfile.parent.mkdir()
    assert ignore_file_for(dockerfile, tmp_path) is None
    general = tmp_path / ".dockerignore"
    general.touch()
    assert ignore_file_for(dockerfile, tmp_path) == general
    own = dockerfile.with_name("prod.Dockerfile.dockerignore")
    own.touch()
    assert ignore_file_for(dockerfile, tmp_path) == own
