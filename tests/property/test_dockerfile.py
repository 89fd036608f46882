"""Whatever the text: it round-trips, spans are true, edits stay local, and only our own error is raised."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from stagewright.dockerfile import (
    Dockerfile,
    DockerfileSyntaxError,
    Edit,
    Instruction,
    LanguageError,
    apply_edits,
    dependencies,
    expand_word,
    parse,
    stage_environment,
    validate,
)
from stagewright.dockerfile.ignore import IgnoreRules
from stagewright.errors import UsageError

settings.register_profile("stagewright", derandomize=True, deadline=None, max_examples=300, database=None)
settings.load_profile("stagewright")

_INSTRUCTIONS = (
    *(
        "FROM a AS b\n",
        "FROM b\n",
        "RUN ",
        "COPY --from=b ",
        "ENV A=",
        "ENV A b\n",
        "ARG X=",
        "CMD ",
        "LABEL ",
    ),
    *("ONBUILD RUN ", "HEALTHCHECK CMD ", "# c\n", "# escape=`\n", "# syntax=x\n"),
)
_LAYOUT = ("\\\n", " \\ \n", "\r\n", "\n", " ", "\t", "\nE\n", "\u00a0", "\x85", "\ufeff", "\x00", "\udc80")
_ARGUMENTS = (
    *(
        "<<E",
        "<<-'E'",
        "<<",
        '["a", "b"]',
        "[1]",
        "'",
        '"',
        "\\",
        "`",
        "$A",
        "${A:-",
        "}",
        "=",
        "--",
        "é",
        "x",
    ),
    *("y/z", "--mount=type=bind,from=b "),
)
_PIECES = st.sampled_from(_INSTRUCTIONS + _LAYOUT + _ARGUMENTS)
_TEXTS = st.one_of(
    st.lists(_PIECES, max_size=25).map("".join),
    st.text(max_size=60),
    st.binary(max_size=60).map(lambda data: data.decode("utf-8", "surrogateescape")),
)


def _parsed(text: str) -> Dockerfile | None:
    try:
        return parse(text)
    except DockerfileSyntaxError as error:
        assert error.line >= 1
        assert error.column >= 1
        assert str(error).startswith(f"Dockerfile:{error.line}:{error.column}: ")
        return None


@given(_TEXTS)
def test_only_our_own_error(text: str) -> None:
    df = _parsed(text)
    if df is None:
        return
    try:
        validate(df)
        for stage in df.stages:
            dependencies(df, stage)
            stage_environment(df, stage)
    except DockerfileSyntaxError as error:
        assert 1 <= error.line <= text.count("\n") + 1


@given(_TEXTS)
def test_spans_are_ordered_and_true(text: str) -> None:
    df = _parsed(text)
    if df is None:
        return
    assert df.text == text
    end = 0
    for instruction in df.instructions:
        assert end <= instruction.span.start <= instruction.span.end <= len(text)
        end = instruction.span.end
        _inside(text, instruction)
    for comment in df.comments:
        assert text[comment.span.start] == "#"
        assert "\n" not in text[comment.span.start : comment.span.end]
        assert text.count("\n", 0, comment.span.start) + 1 == comment.line


def _inside(text: str, instruction: Instruction) -> None:
    if instruction.keyword:  # a continuation that ends the file continues nothing
        assert text[instruction.span.start].upper() == instruction.keyword[0].upper()
    spans = [part.span for part in instruction.words] + [part.span for part in instruction.flags]
    for start, end in spans + [part.span for part in instruction.heredocs]:
        assert instruction.span.start <= start <= end <= instruction.span.end
    for heredoc in instruction.heredocs:
        assert text[heredoc.span.start : heredoc.span.end] == heredoc.content
    for index, char in enumerate(instruction.rest):
        assert text[instruction.source_offset(index)] == char
    if instruction.trigger:
        _inside(text, instruction.trigger)


@given(_TEXTS, st.data())
def test_edits_are_local(text: str, data: st.DataObject) -> None:
    df = _parsed(text)
    if df is None:
        return
    chosen = data.draw(st.sampled_from(df.instructions))
    edited = apply_edits(text, [Edit(chosen.span, "RUN true")])
    assert edited[: chosen.span.start] == text[: chosen.span.start]
    assert edited[chosen.span.start + len("RUN true") :] == text[chosen.span.end :]
    assert apply_edits(text, []) == text


@given(_TEXTS, st.sampled_from("\\`"))
def test_words_expand_or_say_why_not(word: str, escape: str) -> None:
    try:
        expand_word(word, {"A": "a*b", "X": ""}, escape)
    except LanguageError as error:
        assert error.reason


@given(
    st.text(st.sampled_from("ab*?[]^-\\/!# .\n\r"), max_size=30),
    st.text(st.sampled_from("ab/."), max_size=12),
)
def test_ignore_files_are_read_or_refused(text: str, path: str) -> None:
    try:
        rules = IgnoreRules.parse(text)
    except UsageError as error:
        assert ".dockerignore:" in str(error)
        return
    assert rules.excluded(path) is (rules.decisive(path) is not None)
