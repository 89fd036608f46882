"""BuildKit's own test data: Dockerfiles, negative cases, line numbers, heredocs, words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stagewright.dockerfile import DockerfileSyntaxError, LanguageError, expand_word, expand_words, parse
from tests.conformance.buildkit import ask, module, shared
from tests.conformance.compare import difference

_ENVIRONMENT = {"PWD": "/home", "SHELL": "bash", "KOREAN": "한국어", "NULL": ""}


def _agree(files: dict[str, bytes]) -> None:
    answers = ask(files.values())
    assert len(answers) == len(files) > 0
    assert {
        name: found for name, answer in zip(files, answers) if (found := difference(files[name], answer))
    } == {}


def _dockerfiles(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("Dockerfile"))}


@pytest.mark.parametrize("folder", ["testfiles", "testfiles-negative", "testfile-line"])
def test_dockerfiles_of_the_module(folder: str) -> None:
    _agree(_dockerfiles(module() / "frontend" / "dockerfile" / "parser" / folder))


def test_dockerfiles_of_the_shared_data() -> None:
    _agree(_dockerfiles(shared("conformance/buildkit")))


def test_negative_cases_are_refused() -> None:
    files = _dockerfiles(module() / "frontend" / "dockerfile" / "parser" / "testfiles-negative")
    assert files
    for name, data in files.items():
        with pytest.raises(DockerfileSyntaxError):
            parse(data.decode(), name)


def test_line_numbers() -> None:
    path = module() / "frontend" / "dockerfile" / "parser" / "testfile-line" / "Dockerfile"
    df = parse(path.read_text())
    assert [(one.line, one.end_line) for one in df.instructions] == [(5, 5), (11, 12), (17, 31)]


def _go_literals(*names: str) -> Iterator[bytes]:
    for name in names:
        source = (module() / "frontend" / "dockerfile" / name).read_bytes()
        yield from (found for found in re.findall(rb"`([^`]*)`", source) if b"\n" in found)


def test_dockerfiles_inside_the_go_tests() -> None:
    literals = _go_literals(
        *("parser/parser_heredoc_test.go", "parser/parser_test.go", "instructions/parse_heredoc_test.go"),
        *("instructions/parse_test.go", "dockerfile_test.go", "dockerfile_heredoc_test.go"),
        *("dockerfile_mount_test.go", "dockerfile2llb/convert_test.go"),
    )
    _agree({f"literal {index}": data for index, data in enumerate(literals)})


def _lines(path: Path) -> Iterator[list[str]]:
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            yield [part.strip() for part in line.strip().split("|")]


def _source(where: str, name: str) -> Path:
    if where == "shared":
        return shared(f"conformance/buildkit/{name}")
    return module() / "frontend" / "dockerfile" / "shell" / name


@pytest.mark.parametrize("where", ["module", "shared"])
def test_words_expand_as_in_the_env_var_test(where: str) -> None:
    seen = 0
    for platform, source, expected in _lines(_source(where, "envVarTest")):
        if platform in ("A", "U"):
            seen += 1
            try:
                assert expand_word(source, _ENVIRONMENT) == expected, source
            except LanguageError:
                assert expected == "error", source
    assert seen > 100


@pytest.mark.parametrize("where", ["module", "shared"])
def test_texts_split_as_in_the_words_test(where: str) -> None:
    env: dict[str, str] = {}
    seen = 0
    for line in _source(where, "wordsTest").read_text().splitlines():
        if line.startswith("ENV "):
            name, _, value = line[4:].partition("=")
            env[name] = value
        elif not line.startswith("#"):
            source, expected = line.split("|")
            seen += 1
            try:
                words = list(expand_words(source.strip(), env))
            except LanguageError:
                words = ["error"]
            assert words == expected.lstrip(" ").split(","), source
    assert seen > 20
