import pytest

from stagewright.budget import MAX_LENGTH
from stagewright.project.env_file import read_env

TEXT = """\
# a comment
A=1
export B = two words # and a comment
C='raw $A # kept'
D="line\\nof $A, \\$A and \\"$A\\""
E=${A}#${GIVEN:-d}
KEY="first
second"

GIVEN
ABSENT
EMPTY=
"""


def test_the_forms_of_an_entry() -> None:
    assert read_env(TEXT.replace("\n", "\r\n"), {"GIVEN": "g"}) == {
        "A": "1",
        "B": "two words",
        "C": "raw $A # kept",
        "D": 'line\nof 1, $A and "1"',
        "E": "1#g",
        "KEY": "first\nsecond",
        "GIVEN": "g",
        "EMPTY": "",
    }


@pytest.mark.parametrize("bad", ["1A=2", 'A="open', "A='x' y"])
def test_another_line_is_told_by_its_number(bad: str) -> None:
    with pytest.raises(ValueError, match="line 2 is not"):
        read_env(f"A=1\n{bad}\n", {})


def test_values_that_double_line_by_line_end() -> None:
    doubling = "".join(f"A{number + 1}=$A{number}$A{number}\n" for number in range(60))
    with pytest.raises(ValueError, match=r"line \d+: .* too long"):
        read_env(f"A0=xxxxxxxx\n{doubling}", {})


def test_many_long_values_end_too() -> None:
    copies = "".join(f"B{number}=$A\n" for number in range(100_000))
    with pytest.raises(ValueError, match=r"line 3: .* too long"):
        read_env(f"A={'x' * (MAX_LENGTH // 2 + 9)}\n{copies}", {})


def test_many_lines_are_read() -> None:
    text = "".join(f"A{number}={number}\n" for number in range(40_000))
    assert len(read_env(text, {})) == 40_000
