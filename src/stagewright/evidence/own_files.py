"""Which of the application's own files are for people and builds alone."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from stagewright.evidence import readers, start
from stagewright.evidence.application import Application, is_compiled, is_resolved, is_source
from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import Reason

_META = re.compile(
    r"(?:[^/]*\.)?Dockerfile(?:\.[^/]*)?|\.dockerignore|(?:docker-)?compose[^/]*\.ya?ml|\.git(?:ignore|attributes|modules)"
    r"|docker-bake[^/]*\.(?:hcl|json)|stagewright\.toml|\.editorconfig|\.github/.*|\.gitlab-ci\.yml|\.circleci/.*|\.vscode/.*|\.idea/.*|\.husky/.*"
    r"|(?:README|CHANGELOG|CONTRIBUTING|HISTORY|AUTHORS)[^/]*|tsconfig[^/]*\.json|\.?eslint[^/]*|\.prettier[^/]*"
    r"|(?:jest|vitest|playwright|cypress|commitlint|lint-staged|prettier)\.config\.[^/]*|\.pre-commit-config\.yaml"
    r"|tox\.ini|\.?pytest\.ini|mypy\.ini|\.?ruff\.toml|\.flake8|\.pylintrc|\.coveragerc|Makefile|Jenkinsfile"
    r"|\.nvmrc|\.node-version|\.python-version|\.golangci\.ya?ml|\.travis\.yml|Procfile|(?:docs?/.*|[^/]*)\.md"
    r"|package-lock\.json|npm-shrinkwrap\.json|bun\.lockb?|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock"
    r"|Pipfile\.lock|go\.sum"
)
# What a word of code names by its stem is none of these: their names are those of languages and jobs.
_OF_HOSTS = re.compile(r"\.(?:github|circleci|vscode|idea|husky)/.*")
_HISTORY = re.compile(
    r"""['"`](?:[^'"`\n]*[/ ])?\.?git['"` /]|\b(?:import|from) (?:git|dulwich|pygit2|setuptools_scm)\b"""
    r"""|simple-git|isomorphic-git|nodegit|go-git"""
)

# A script that calls one of these works on the source, which a program that is compiled leaves behind.
_OF_SOURCE = frozenset(
    {"go", "cargo", "rustc", "javac", "mvn", "gradle", "protoc", "buf", "mockgen", "sqlc", "golangci-lint"}
)


def reasons(application: Application, tree: ImageTree, made: Iterable[str]) -> dict[str, Reason]:
    """Reasons for files below the WORKDIR that neither a run nor anything that may run reads."""
    prefix = application.folder.rstrip("/") + "/"
    found: dict[str, Reason] = {}
    if application.folder == "/":
        return found
    reads_history = _reads_history(application)
    compiled = is_compiled(application)
    started = application.programs | application.calls
    if compiled and is_resolved(application):
        # The settings of TypeScript tell Bun nothing of code in which a build resolved all names.
        started -= {"bun", "bunx"}
    read = readers.read_by(started)
    for path in made:
        if not path.startswith(prefix) or "/node_modules/" in path or "/site-packages/" in path:
            continue
        name = path[len(prefix) :]
        entry = tree.entries[path]
        if name == ".git" or name.startswith(".git/"):
            if not reads_history:
                found[path] = Reason(
                    "version control", "the history of the source, and nothing that runs names it"
                )
            continue
        if application.lists_all or path in application.reached or path in application.entries:
            continue
        if entry.type == "dir" or read.fullmatch(name):
            continue
        if application.tests.have(name):
            if not application.names.may_mean(name) and not _is_imported(name, application.modules):
                found[path] = Reason("tests", "tests, and nothing that runs names them")
        elif _META.fullmatch(name) or _works_on_source(path, application, tree):
            names = application.names
            if not (names.lead_to(name) if _OF_HOSTS.fullmatch(name) else names.may_mean(name)):
                found[path] = Reason("build file", "for people and builds, and nothing that runs names it")
        elif compiled and is_source(name, application, path) and not application.names_read.lead_to(name):
            found[path] = Reason(
                "source", "its compiled output is what starts, and nothing that runs names it"
            )
    return found


def _works_on_source(path: str, application: Application, tree: ImageTree) -> bool:
    """Whether it is a script, which nothing that runs starts, that compiles or generates code."""
    if path not in application.texts or path in application.live or not start.is_shell(path, tree):
        return False
    return any(
        words[0].rpartition("/")[2] in _OF_SOURCE for words in start.commands_in(application.texts[path])
    )


def _reads_history(application: Application) -> bool:
    """Whether something that runs may call git, use a library that reads `.git`, or name that folder."""
    named = application.names_read
    return (
        "git" in application.programs | application.calls
        or ".git" in named.words
        or ".git" in named.paths
        or any(_HISTORY.search(text) for text in application.live.values())
    )


def _is_imported(name: str, modules: frozenset[str]) -> bool:
    """Whether what makes a path look like a test's is in the name of a module that is imported."""
    parts = [
        part for part in posixpath.splitext(name)[0].split("/") if "test" in part or part in ("spec", "e2e")
    ]
    return not modules.isdisjoint(parts)
