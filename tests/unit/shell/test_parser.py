from __future__ import annotations

import pytest

from stagewright.shell import Redirection, parse_shell


def _programs(text: str) -> list[str | None]:
    return [command.program for command in parse_shell(text).commands]


def test_quoting_is_resolved_and_what_a_run_decides_is_not() -> None:
    command = parse_shell(
        """echo plain 'a  b' "c \\"d\\"" e\\ f g"h"'i' "$X" pre$Y $(date) *.txt"""
    ).commands[0]
    assert command.args == ("plain", "a  b", 'c "d"', "e f", "ghi", None, None, None, "*.txt")
    assert command.raw[0] == "echo"
    assert command.raw[6] == '"$X"'


def test_a_dynamic_program_is_none_and_keeps_its_words() -> None:
    command = parse_shell("$TOOL build").commands[0]
    assert (command.program, command.args, command.raw) == (None, ("build",), ("$TOOL", "build"))
    assert command.name == ""


def test_operators_join_a_command_to_the_one_before() -> None:
    script = parse_shell("a && b || c; d | e\nf")
    assert [(c.program, c.operator) for c in script.commands] == [
        ("a", None),
        ("b", "&&"),
        ("c", "||"),
        ("d", ";"),
        ("e", "|"),
        ("f", ";"),
    ]


@pytest.mark.parametrize(
    ("text", "conditional"),
    [
        ("a && b", []),
        ("a || b", ["b"]),
        ("a && b || true", ["b", "true"]),
        ("a || b && c", ["b"]),
        ("if a; then b; else c; fi", ["b", "c"]),
        ("for i in 1 2; do a; done; b", ["a"]),
        ("case $x in y) a;; esac", ["a"]),
        ("f() { a; }; b", ["a"]),
        ("(a && b)", []),
    ],
)
def test_conditional_commands_may_be_skipped_while_the_script_succeeds(
    text: str, conditional: list[str]
) -> None:
    assert [c.program for c in parse_shell(text).commands if c.conditional] == conditional


def test_depth_counts_what_is_around() -> None:
    commands = parse_shell("a; (b; { c; }); if d; then e; fi; f $(g)").commands
    assert {c.program: c.depth for c in commands} == {
        "a": 0,
        "b": 1,
        "c": 2,
        "d": 1,
        "e": 1,
        "f": 0,
        "g": 1,
    }


def test_assignments_before_a_command_alone_and_exported() -> None:
    prefixed, bare, exported = parse_shell("A=1 B=$C run; D='x y'; export E=f").commands
    assert prefixed.assignments == (("A", "1"), ("B", None))
    assert (bare.program, bare.raw, bare.assignments) == (None, (), (("D", "x y"),))
    assert (exported.program, exported.args) == ("export", ("E=f",))


def test_redirections_belong_to_the_last_command_before_them() -> None:
    first, second = parse_shell("a && b > /out 2>&1").commands
    assert first.redirections == ()
    assert second.redirections == (Redirection(">", "/out"), Redirection(">&", "1", "2"))


def test_a_here_document_and_what_follows_its_start() -> None:
    script = parse_shell("cat <<EOF > /etc/x && next\nbody $(inner)\nEOF\nlast")
    assert [c.program for c in script.commands] == ["cat", "next", "inner", "last"]
    assert script.commands[0].redirections == (Redirection("<<", "EOF"), Redirection(">", "/etc/x"))
    assert _programs("cat <<EOF | sh\nfoo\nEOF") == ["cat", "sh"]


def test_spans_are_code_points() -> None:
    text = "echo é && ls 世界 && pwd"
    assert [text[c.span.start : c.span.end] for c in parse_shell(text).commands] == [
        "echo é",
        "ls 世界",
        "pwd",
    ]


def test_a_character_that_no_file_can_hold_keeps_its_place() -> None:
    text = "a \ud800\udfff && b \udc80 && c"
    script = parse_shell(text)
    assert [text[c.span.start : c.span.end] for c in script.commands] == ["a \ud800\udfff", "b \udc80", "c"]
    assert [c.args for c in script.commands] == [("\ufffd\ufffd",), ("\udc80",), ()]


def test_text_that_does_not_parse_is_opaque() -> None:
    script = parse_shell("if true; then")
    assert (script.opaque, script.commands) == (True, ())
    assert "parse" in script.reason


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a && " * 5_000 + "b", 5_001),
        ("( " * 5_000 + "a" + " )" * 5_000, 1),
        ("$(" * 2_000 + "a" + ")" * 2_000, 2_001),
        ("if a; then " * 1_000 + "b" + "; fi" * 1_000, 1_001),
        ("", 0),
        ("# only a comment", 0),
        ("\udc80 x", 1),
        ("\ud800 x", 1),
    ],
)
def test_hostile_text_is_read_or_refused_without_an_exception(text: str, count: int) -> None:
    script = parse_shell(text)
    assert script.opaque or len(script.commands) == count
