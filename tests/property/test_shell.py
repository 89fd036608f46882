"""Any text at all: the shell's room answers, with spans that lie in the text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from stagewright.dockerfile import parse
from stagewright.shell import commands_of, parse_shell, recognise

WORDS = "npm_ci apt-get é $X \"a_b\" 'c' $(ls) `x` A=1 && || ; | ( ) { } if then fi <<E E > /x sh -c env --"
PIECES = st.sampled_from((*WORDS.split(), "\\\n", "\n", "# c"))
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map(" ".join))


@settings(deadline=None, derandomize=True, database=None)
@given(TEXTS)
def test_commands_lie_in_the_text_in_order(text: str) -> None:
    script = parse_shell(text)
    assert not (script.opaque and script.commands)
    starts = [command.span.start for command in script.commands]
    assert starts == sorted(starts)
    for command in script.commands:
        assert 0 <= command.span.start < command.span.end <= len(text)
        assert len(command.raw) == (len(command.args) + 1 if command.raw else 0)
        if command.program is not None and command.raw[0] == command.program:
            assert command.program in text[command.span.start : command.span.end]
        recognise(command)


@settings(deadline=None, derandomize=True, database=None)
@given(st.lists(PIECES, min_size=1, max_size=12).map(" ".join))
def test_spans_of_a_run_lie_in_its_instruction(text: str) -> None:
    df = parse("FROM a\nRUN x " + text.replace("\n", " \\\n").replace("<<E", "") + "\n")
    for instruction in df.stages[0].instructions:
        if instruction.keyword == "RUN":
            for command in commands_of(instruction).commands:
                assert instruction.span.start <= command.span.start < command.span.end <= instruction.span.end
