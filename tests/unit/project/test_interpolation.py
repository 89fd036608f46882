import pytest

from stagewright.budget import MAX_LENGTH, TooLong
from stagewright.project.interpolation import Interpolated, interpolate

GIVEN = {"A": "1", "EMPTY": "", "RAW": "$A ${A}"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plain } text", "plain } text"),
        ("$A-${A}b", "1-1b"),
        ("$$A $${A} $", "$A ${A} $"),
        ("${B:-d} ${B-d} ${EMPTY:-d} ${EMPTY-d}.", "d d d ."),
        ("${A:-d}${A:+set}${B:+set}${EMPTY+set}", "1setset"),
        ("${B:-${C:-$A}}", "1"),
        ("${A:?must}", "1"),
        ("$RAW", "$A ${A}"),
        ("$(command) $1", "$(command) $1"),
    ],
)
def test_variables_as_compose_has_them(text: str, said: str) -> None:
    assert interpolate(text, GIVEN) == Interpolated(said)


def test_what_has_no_value_is_told() -> None:
    seen = interpolate("$B ${C:?is needed} ${A:-$D} ${B:-${E}}", GIVEN)
    assert seen == Interpolated("  1 ", ("B", "E"), (("C", "is needed"),))


@pytest.mark.parametrize("text", ["${A", "${}", "${A!}", "${1}", "${A:-" * 20 + "}" * 20, "${A:-" * 9999])
def test_what_is_no_variable_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="variable"):
        interpolate(text, GIVEN)


def test_a_text_that_repeats_a_long_value_ends() -> None:
    with pytest.raises(TooLong):
        interpolate("${A:-$B}" * 100_000, {"A": "x" * (MAX_LENGTH // 2)})
