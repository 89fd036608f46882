from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.dockerfile import DockerfileSyntaxError, Instruction, parse, read_dockerfile
from stagewright.errors import UsageError


def only(text: str) -> Instruction:
    (instruction,) = parse(text).instructions
    return instruction


def written(text: str, span: tuple[int, int]) -> str:
    return text[span[0] : span[1]]


def test_a_continued_run_keeps_its_places() -> None:
    text = "RUN --mount=type=cache,target=/a \\\n  # why\n  npm ci && \\\n\n  npm test\nUSER x\n"
    run = parse(text).instructions[0]
    assert run.rest == "npm ci &&   npm test"
    assert (run.line, run.end_line) == (1, 5)
    assert run.flag("mount") == "type=cache,target=/a"
    assert written(text, run.span) == text[: text.index("\nUSER")]
    assert written(text, run.flags[0].span) == "--mount=type=cache,target=/a"
    assert text[run.source_offset(run.rest.index("test")) :].startswith("test\n")
    assert run.source_offset(len(run.rest)) == run.span.end


def test_comments_inside_an_instruction_are_kept_as_comments() -> None:
    df = parse("# syntax=docker/dockerfile:1\n# first\nRUN a \\\n # second\n b\n")
    assert [(comment.line, comment.text) for comment in df.comments] == [(2, "first"), (4, "second")]
    assert df.directives == (("syntax", "docker/dockerfile:1", 1),)


def test_heredocs_with_their_bodies() -> None:
    text = "FROM a\nCOPY --chown=1 <<A <<-'B' /d/\nx $y\nA\n\tz\n\tB\nRUN true\n"
    copy = parse(text).instructions[1]
    a, b = copy.heredocs
    assert (a.name, a.content, a.expand, a.chomp) == ("A", "x $y\n", True, False)
    assert (b.name, b.content, b.expand, b.chomp) == ("B", "\tz\n", False, True)
    assert written(text, a.span) == a.content
    assert written(text, copy.span).endswith("\tB")
    assert (copy.line, copy.end_line) == (2, 6)


def test_a_json_array_is_the_exec_form_and_nothing_else_is() -> None:
    text = 'CMD ["a", "b\\n\\u00e9"]'
    command = only(text)
    assert command.json
    assert [word.value for word in command.words] == ["a", "b\né"]
    assert written(text, command.words[1].span) == '"b\\n\\u00e9"'
    for shell in ('["a",]', "['a']", "[NaN]", '["a"] && b', "[1e999]"):
        assert not only(f"CMD {shell}").json
        assert only(f"CMD {shell}").words[0].value == shell
    assert only("CMD []").json


def test_pairs_of_env_label_and_arg() -> None:
    assert only('ENV a=b "c d"=e\\ f g="h i"').pairs == (("a", "b"), ('"c d"', "e\\ f"), ("g", '"h i"'))
    assert only("ENV a b  c=d").pairs == (("a", "b  c=d"),)
    assert only("ENV a b").legacy
    assert only("ARG a b=c d=").pairs == (("a", None), ("b", "c"), ("d", ""))
    assert only("RUN a=b").pairs == ()


def test_onbuild_holds_its_trigger() -> None:
    text = "ONBUILD COPY --from=x <<E /y\nbody\nE\n"
    onbuild = only(text)
    assert onbuild.trigger is not None
    assert (onbuild.trigger.keyword, onbuild.trigger.flag("from")) == ("COPY", "x")
    assert onbuild.trigger.heredocs == onbuild.heredocs != ()
    assert written(text, onbuild.trigger.span) == text[8:-1]


def test_escape_directive_and_crlf() -> None:
    text = "# escape=`\r\nFROM a\r\nRUN x `\r\n  y\r\nCOPY a\\ b /c\r\n"
    df = parse(text)
    assert df.escape == "`"
    assert df.instructions[1].rest == "x   y"
    assert written(text, df.instructions[1].span) == "RUN x `\r\n  y"
    assert [word.value for word in df.instructions[2].words] == ["a\\", "b", "/c"]


def test_stages_and_global_args() -> None:
    df = parse("ARG V=1\nFROM --platform=$BUILDPLATFORM a:$V AS Build\nRUN x\nFROM build\nFROM c AS build\n")
    assert [(stage.index, stage.name, stage.base) for stage in df.stages] == [
        *((0, "build", "a:$V"), (1, None, "build"), (2, "build", "c")),
    ]
    assert df.stages[0].platform == "$BUILDPLATFORM"
    assert [one.keyword for one in df.stages[0].instructions] == ["RUN"]
    assert [arg.rest for arg in df.global_args] == ["V=1"]
    assert df.stage("BUILD") is df.stages[2]
    assert df.stage("1") is df.stages[1]
    assert df.stage("3") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# only\n", "D:1:1: file with no instructions"),
        ("FROM a\nRUN <<E\nx\n", "D:2:1: unterminated heredoc"),
        ("FROM a\nENV  x\n", "D:2:6: ENV must have two arguments"),
        (
            "FROM a\nENV a=b \\\n  c\n",
            'D:3:3: Syntax error - can\'t find = in "c". Must be of the form: name=value',
        ),
        ('CMD ["a", 1]\n', "D:1:5: when using JSON array syntax, arrays must be comprised of strings only"),
        ("# escape=x\nFROM a\n", "D:1:1: invalid escape token 'x' does not match ` or \\"),
        ("# check=a\n# check=b\nFROM a\n", "D:2:1: only one check parser directive can be used"),
        (f"FROM a\nRUN {'x' * 65_532}\n", "D:2:1: dockerfile line greater than max allowed size of 65535"),
    ],
)
def test_what_the_parser_refuses(text: str, message: str) -> None:
    with pytest.raises(DockerfileSyntaxError) as caught:
        parse(text, "D")
    assert str(caught.value) == message
    assert caught.value.exit_code == 2


def test_a_line_of_the_greatest_size_is_read() -> None:
    assert len(only(f"RUN {'x' * 65_531}\n").rest) == 65_531


def test_reading_a_file(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"FROM a\r\nRUN \xff\n")
    with pytest.raises(UsageError, match="is not UTF-8: byte 0xff at offset 12"):
        read_dockerfile(path)
    assert read_dockerfile(path, strict=False).encode("utf-8", "surrogateescape") == path.read_bytes()
    with pytest.raises(UsageError, match="cannot read"):
        read_dockerfile(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN " + "a" * 60_000,
        "FROM a\nENV A=" + '"' * 60_000,
        "FROM a\nENV " + "a='b' " * 10_000,
        'FROM a\nCMD ["' + "\\\\" * 30_000,
        "FROM a\nCMD " + "[" * 60_000,
        "FROM a\nRUN --x" + "\\'" * 30_000,
        "FROM a\nRUN a \\\n" + " b \\\n" * 10_000 + " c\n",
        "".join(f"FROM a AS s{index}\n" for index in range(5_000)),
        "FROM a\n" + "ONBUILD " * 8_000,
        "FROM a\nRUN <<E " + "${a:-" * 12_000 + "\nE\n",
        "FROM a\nRUN " + "<<E " * 15_000,
        "#" + " " * 60_000 + "x=\nFROM a\n",
        "# syntax=" + "a " * 30_000 + "\nFROM a\n",
    ],
)
def test_hostile_text_is_read_or_refused(text: str) -> None:
    try:
        assert parse(text).text == text
    except DockerfileSyntaxError as error:
        assert error.reason
