import pytest

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
