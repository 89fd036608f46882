"""Which of the application's own files are its tests: by their names, and by what the code there does.

A folder `test` may hold templates, `0003_ab_test.py` is a migration: a name alone is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_SURELY = re.compile(r".*\.(?:test|spec)\.[cm]?[jt]sx?|.*_test\.go|(?:.*/)?conftest\.py")
_PERHAPS = re.compile(r"(?:.*/)?(?:test_[^/]*|[^/]*_test)\.py")
_FOLDER = re.compile(r"tests?|__tests__|spec|e2e|cypress")
# What code says that tests: to its runner, or in its language.
_TESTS = re.compile(
    r"""^(?:async )?def test|^class Test[\s\S]{0,2000}?^[ \t]++(?:async )?def test"""
    r"""|\b(?:unittest|pytest|TestCase|RSpec|PHPUnit|vitest)\b"""
    r"""|(?<![.\w])(?:describe|it|test|suite)(?:\.\w+)*[ \t]*+\(?[ \t]*+['"`]"""
    r"""|\bfunc Test[A-Z]|@Test\b|#\[(?:\w+::)?test\]""",
    re.M,
)


@dataclass(frozen=True, slots=True)
class Tests:
    """By paths below the WORKDIR: `files` of themselves, `folders` with all that they hold."""

    files: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()

    def have(self, name: str) -> bool:
        """Whether a path below the WORKDIR is a test's, or something that tests bring along."""
        return (
            name in self.files
            or _SURELY.fullmatch(name) is not None
            or any(folder in self.folders for folder in _folders(name))
        )


NO_TESTS = Tests()


def find_tests(texts: Mapping[str, str]) -> Tests:
    """The tests among an application's code, by its path below the WORKDIR."""
    testing = {name for name, text in texts.items() if _SURELY.fullmatch(name) or _TESTS.search(text)}
    return Tests(
        frozenset(filter(_PERHAPS.fullmatch, testing)),
        frozenset(folder for name in testing for folder in _folders(name)),
    )


def _folders(name: str) -> Iterator[str]:
    """The folders above a path that have the name of one for tests."""
    parts = name.split("/")
    return ("/".join(parts[: index + 1]) for index, part in enumerate(parts[:-1]) if _FOLDER.fullmatch(part))
