"""Which files of the context a build reads and which of them production reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from stagewright.model.project import Project

_ABOUT = re.compile(
    r"(?:readme|changelog|changes|history|contributing|code_of_conduct|security|authors|licen[cs]e|notice"
    r"|copying|todo)(?:[.\-_].*)?|.*dockerfile.*|(?:docker-)?compose[\w.-]*\.ya?ml|docker-bake\.(?:hcl|json)"
    r"|\.dockerignore|\.git.*|\.(?:vscode|idea|circleci|devcontainer|ds_store|editorconfig|travis\.yml)"
    r"|jenkinsfile|makefile|procfile|stagewright\.toml|.*\.log",
    re.IGNORECASE,
)
_SECRETS = re.compile(r"\.env(?:\..*)?")
_TEST_FOLDERS = frozenset(
    ("test", "tests", "__tests__", "__mocks__", "spec", "e2e", "cypress", "coverage", "testdata")
)
_TEST_FILE = re.compile(
    r".+[.-](?:test|spec)\.\w+|test_\w+\.py|\w+_test\.(?:py|go)|conftest\.py|\.?coverage(?:rc)?"
)
_TOOLS = re.compile(
    r"\.?(?:eslint|prettier|stylelint|jest|vitest|playwright|cypress|commitlint|lint-?staged|babel|swc|nodemon"
    r"|tsup|rollup|webpack|esbuild|biome|postcss|tailwind|karma|mocharc|nycrc|c8rc|husky|nvmrc|node-version"
    r"|release|renovate|pre-commit|pylintrc|flake8|mypy|ruff|tox|pytest|noxfile|isort|coveragerc|golangci"
    r"|air|python-version|pnpm|yarnrc|npmrc|npmignore)(?:[.rc\-_].*)?|tsconfig[\w.-]*\.json|\.swcrc"
    r"|(?:package-lock|npm-shrinkwrap)\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|uv\.lock|poetry\.lock"
    r"|requirements[\w.-]*\.(?:txt|in)|\.?(?:github|changeset|storybook)|docs?",
    re.IGNORECASE,
)


def is_test(path: str) -> bool:
    """Whether a path is a test or lies in a folder of tests."""
    parts = PurePosixPath(path).parts
    return any(part in _TEST_FOLDERS for part in parts[:-1]) or _TEST_FILE.fullmatch(parts[-1]) is not None


def is_secret(path: str) -> bool:
    """`.env` and its like, the samples included."""
    return _SECRETS.fullmatch(PurePosixPath(path).name) is not None


def secret_notes(project: Project) -> tuple[str, ...]:
    """What to do about a `.env` that the single stage would have copied."""
    if ".env" not in project.files or ".env" in project.ignored:
        return ()
    return (".env stays out of the image: give its values when the container starts",)


def build_files(project: Project) -> tuple[str, ...]:
    """What a build may read: all but what is about the project; tests are in, as a compiler sees them."""
    return fewest(project, lambda path: not is_secret(path))


def runtime_files(project: Project, without: Iterable[str] = ()) -> tuple[str, ...]:
    """What an interpreter may read: no tests, no settings of development tools, nothing of `without`."""
    left_out = frozenset(without)

    def kept(path: str) -> bool:
        top = path.split("/", 1)[0]
        return not (
            path in left_out or top in left_out or is_test(path) or is_secret(path) or _TOOLS.fullmatch(top)
        )

    return fewest(project, kept)


def fewest(project: Project, kept: Callable[[str], bool]) -> tuple[str, ...]:
    """The files for which `kept` holds; a folder stands for its files where all of them are kept."""
    visible = [path for path in project.files if path not in project.ignored]
    chosen = {path for path in visible if not _ABOUT.fullmatch(path.split("/", 1)[0]) and kept(path)}
    broken = {str(parent) for path in visible if path not in chosen for parent in PurePosixPath(path).parents}
    found = set()
    for path in chosen:
        above = [str(parent) for parent in reversed(PurePosixPath(path).parents)][1:]
        found.add(next((folder for folder in above if folder not in broken), path))
    return tuple(sorted(found))


def existing(project: Project, names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that are files or folders of the context and not ignored, in path order."""
    visible = [path for path in project.files if path not in project.ignored]
    return tuple(
        sorted(
            name
            for name in set(names)
            if any(path == name or path.startswith(f"{name}/") for path in visible)
        )
    )
