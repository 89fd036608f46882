from stagewright.evidence.own_tests import find_tests


def test_tests_are_known_by_what_their_code_says() -> None:
    method = "class TestA:\n\n    def test_a(self):\n        pass\n"
    found = find_tests({"tests/a.py": method, "test_b.py": "def test_b():\n    pass\n", "c.py": "c = 1\n"})
    assert found.files == {"test_b.py"}
    assert found.folders == {"tests"}


def test_classes_before_many_blank_lines_are_read_at_once() -> None:
    assert find_tests({"test_a.py": ("class Test\n" + "\n" * 1_900) * 1_000}).files == frozenset()
