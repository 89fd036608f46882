"""Files of settings that are the user's: cron tables, supervisors, an application's own configuration."""

from __future__ import annotations

import re
from collections.abc import Set

MAX_BYTES = 256 << 10
_SETTINGS = re.compile(
    r".*\.(?:conf|cfg|cnf|ini|ya?ml|toml|json5?|xml|env|properties|service|cron|crontab)|(?:.*/)?(?:\.env[^/]*|[^./]+)"
)
# Settings of what builds, checks and deploys; what a project says of itself.
_OF_OTHERS = re.compile(
    r"(?:.*/)?(?:package(?:-lock)?\.json|npm-shrinkwrap\.json|tsconfig[^/]*\.json|[\w.-]*[.-]lock(?:\.json|\.yaml)?|pyproject\.toml"
    r"|setup\.cfg|tox\.ini|pytest\.ini|mypy\.ini|ruff\.toml|[Mm]akefile|Dockerfile|LICEN[CS]E|COPYING|NOTICE|Jenkinsfile|Gemfile"
    r"|(?:docker-)?compose[^/]*|[\w-]*(?:pipelines|buildspec|cloudbuild|codecov|mkdocs|sonar-project|netlify|vercel|fly|render)\.\w+"
    r"|(?:nest-cli|angular|components|turbo|nx|lerna|project|biome|renovate|jsconfig|deno|tslint|typedoc|jest\.config)\.json"
    r"|pom\.xml|Cargo\.toml|go\.(?:mod|sum|work)|\.github|\.git)"
)
# Commands for one tool, which alone carries them out.
_OF_TOOL = re.compile(
    r"(?:.*/)?(?:\.?(?P<just>just)file|(?P<task>task)file\.ya?ml|\.?(?P<lefthook>lefthook)\.\w+"
    r"|\.(?P<named>air|goreleaser|golangci|pre-commit|gitlab-ci|travis|drone|woodpecker|appveyor)(?![a-z])[\w.-]*)",
    re.I,
)
_CRON = re.compile(r"^[ \t]*+(?:@\w+|(?:[\d*/,\w-]+[ \t]+){4}[\d*/,\w-]+)[ \t]+(\S.*)$", re.M)
_COMMAND = re.compile(
    r"""^[ \t]*+["']?(?:\w+[_-])?"""
    r"""(?:command|cmd|exec(?:start\w*)?|program|run|script|binary)["']?[ \t]*+[:=][ \t]*+(\S.*)$""",
    re.M | re.I,
)
# A value that is one word: `kind: git`, `["git", "@a/b"]`, `- git`.
_VALUE = re.compile(
    r"""(?:[:=,\[]|^[ \t]*+-)[ \t]*+(["']?)([@A-Za-z0-9_][\w.+/-]*+)\1(?=[ \t]*+(?:[,\]}]|#|$))""", re.M
)


def is_settings(path: str, programs: Set[str]) -> bool:
    """Whether what runs may read it as its settings; `programs` are those that are started."""
    if tool := _OF_TOOL.fullmatch(path):
        return not programs.isdisjoint(name.lower() for name in tool.groups() if name)
    return _SETTINGS.fullmatch(path) is not None and _OF_OTHERS.fullmatch(path) is None


def words(text: str) -> frozenset[str]:
    """The values that are one word, as the names of programs and packages are."""
    return frozenset(match[2] for match in _VALUE.finditer(text))


def commands(path: str, text: str) -> tuple[str, ...]:
    """The lines of shell that settings have for somebody to run; a cron table's user may stand before one."""
    found = [match[1].strip("\"',[] ") for match in _COMMAND.finditer(text)]
    if "cron" in path:
        for line in _CRON.findall(text):
            found += [line, line.partition(" ")[2]]
    return tuple(line for line in found if line)
