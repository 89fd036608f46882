from __future__ import annotations

import pytest

from stagewright.dockerfile import DockerfileSyntaxError, parse, validate


@pytest.mark.parametrize(
    ("line", "column", "reason", "offending"),
    [
        ("RNU foo", 1, "unknown instruction: RNU (did you mean RUN?)", "RNU foo"),
        ("xyzzy foo", 1, "unknown instruction: xyzzy", "xyzzy foo"),
        ("COPY --fron=a b c", 6, "unknown flag: --fron (did you mean from?)", "--fron=a"),
        ("COPY --link=x b c", 6, "expecting boolean value for flag --link, not: x", "--link=x"),
        ("COPY --from=a --from=b c d", 15, "duplicate flag specified: --from", "--from=b"),
        ("RUN --network=lan x", 5, 'invalid network mode "lan"', "--network=lan"),
        (
            "RUN --mount=from=$x a",
            5,
            "'from' doesn't support variable expansion, define alias stage instead",
            None,
        ),
        (
            "FROM a AS 1b",
            11,
            'invalid name for build stage: "1b", name can\'t start with a number or contain symbols',
            "1b",
        ),
        ("FROM a b", 1, "FROM requires either one or three arguments", None),
        ("SHELL bash", 1, "SHELL requires the arguments to be in JSON form", None),
        ("ONBUILD FROM x", 9, "FROM isn't allowed as an ONBUILD trigger", None),
        ("HEALTHCHECK --interval=5 CMD x", 13, 'time: missing unit in duration "5"', None),
        ("HEALTHCHECK --retries=-1 CMD x", 13, "--retries cannot be negative (-1)", None),
        ("HEALTHCHECK NONE x", 1, "HEALTHCHECK NONE takes no arguments", None),
        ("COPY <<E <<F\nE\nF", 1, "COPY cannot accept a heredoc as a destination", None),
        ("WORKDIR", 1, "WORKDIR requires exactly one argument", "WORKDIR"),
        ("ENV =x", 1, "ENV names can not be blank", None),
    ],
)
def test_what_the_second_step_refuses(line: str, column: int, reason: str, offending: str | None) -> None:
    df = parse(f"FROM a\n{line}\n")
    with pytest.raises(DockerfileSyntaxError) as caught:
        validate(df)
    error = caught.value
    assert str(error) == f"Dockerfile:2:{column}: {reason}"
    assert (error.line, error.column) == (2, column)
    assert offending in (None, error.offending)


def test_a_duration_of_many_digits_is_read_at_once() -> None:
    digits = "1" * 60_000
    with pytest.raises(DockerfileSyntaxError, match="missing unit"):
        validate(parse(f"FROM a\nHEALTHCHECK --interval={digits} CMD x\n"))
    validate(parse(f"FROM a\nHEALTHCHECK --interval=1.5h1.m.5s --timeout={digits}s CMD x\n"))


def test_instructions_need_a_stage() -> None:
    with pytest.raises(DockerfileSyntaxError, match="no build stage in current context"):
        validate(parse("ARG A\nRUN x\nFROM a\n"))


def test_what_is_right_passes() -> None:
    validate(
        parse(
            "ARG A\nFROM a AS b\nRUN --mount=type=cache,target=/x --mount=type=ssh y\n"
            "COPY --link --from=b c d\n"
        )
    )
