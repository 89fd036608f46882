"""Which files are tests: by what their code says, hostile code included."""

from __future__ import annotations

import pytest

from stagewright.evidence.own_tests import NO_TESTS, find_tests


def test_tests_are_known_by_what_their_code_says() -> None:
    method = "class TestA:\n\n    def test_a(self):\n        pass\n"
    found = find_tests({"tests/a.py": method, "test_b.py": "def test_b():\n    pass\n", "c.py": "c = 1\n"})
    assert found.files == {"test_b.py"}
    assert found.folders == {"tests"}


@pytest.mark.parametrize(
    "text",
    ["class Test" + "\n" * 2_000_000, "it" + " " * 500_000, ("class Test\n" + "\n" * 1_900) * 1_000],
)
def test_white_space_without_an_end_tests_nothing(text: str) -> None:
    assert find_tests({"test_a.py": text}) == NO_TESTS
