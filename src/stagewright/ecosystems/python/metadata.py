"""pyproject.toml and requirements files, read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from packaging.specifiers import SpecifierSet

from stagewright import tables
from stagewright.ecosystems.selection import is_test
from stagewright.model.project import Project
from stagewright.project import read_sources

DEFAULT = "3.13"
VERSIONS = (DEFAULT, "3.14", "3.12", "3.11", "3.10", "3.9")
_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)")
_INCLUDE = re.compile(r"^[ \t]*+(?:-r|--requirement|-c|--constraint)[= ][ \t]*+(\S+)", re.MULTILINE)
_LOCAL = re.compile(
    r"^[ \t]*+(?:-e[ \t]*+|--editable[= ][ \t]*+)?\.{1,2}(?:/\S*)?(?:\[[\w,-]+\])?[ \t\r]*+$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the recipes read of pyproject.toml; names are normalised (`Flask_Login` → `flask-login`)."""

    dependencies: frozenset[str] = frozenset()
    development: frozenset[str] = frozenset()
    scripts: tuple[str, ...] = ()
    requires_python: str = ""
    builds: bool = False
    tools: frozenset[str] = frozenset()
    documents: tuple[str, ...] = ()
    uv: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def read(cls, project: Project) -> Metadata:
        """Empty where there is no pyproject.toml, or where it is no TOML."""
        data = tables.from_toml(project.texts.get("pyproject.toml", ""))
        if data is None:
            return cls()
        table = tables.table(data, "project")
        tools = tables.table(data, "tool")
        poetry = tables.table(tools, "poetry")
        uv = tables.table(tools, "uv")
        groups = [*tables.table(data, "dependency-groups").values(), uv.get("dev-dependencies")]
        poetry_groups = [
            tables.table(group, "dependencies") for group in tables.table(poetry, "group").values()
        ]
        development = names(line for group in groups for line in tables.texts(group))
        development |= names(name for group in poetry_groups for name in group)
        development |= names(tables.table(poetry, "dev-dependencies"))
        dependencies = names(tables.texts(table.get("dependencies")))
        dependencies |= names(tables.table(poetry, "dependencies")) - {"python"}
        readme = table.get("readme")
        documents = [readme if isinstance(readme, str) else tables.table(table, "readme").get("file")]
        documents += [tables.table(table, "license").get("file"), *tables.texts(table.get("license-files"))]
        requires = table.get("requires-python") or tables.table(poetry, "dependencies").get("python")
        return cls(
            dependencies=dependencies,
            development=development - dependencies,
            scripts=tuple(sorted(tables.table(table, "scripts"))),
            requires_python=requires if isinstance(requires, str) else "",
            builds="build-system" in data and uv.get("package") is not False,
            tools=frozenset(tools),
            documents=tuple(name for name in documents if isinstance(name, str)),
            uv=uv,
        )


def names(lines: Iterable[str]) -> frozenset[str]:
    """The normalised names of requirements; options and comments have none."""
    found = (_NAME.match(line) for line in lines)
    return frozenset(re.sub(r"[-_.]+", "-", match[1]).lower() for match in found if match)


def requirement_files(project: Project, first: str = "requirements.txt") -> tuple[str, ...]:
    """`first` and what it includes, in path order; only files of the context."""
    found: set[str] = set()
    waiting = [first]
    while waiting:
        path = waiting.pop()
        if path in found or path not in project.texts or path in project.ignored:
            continue
        found.add(path)
        folder = PurePosixPath(path).parent
        waiting += [str(folder / name) for name in _INCLUDE.findall(project.texts[path])]
    return tuple(sorted(found))


def required(project: Project, files: Iterable[str]) -> frozenset[str]:
    return names(line for path in files for line in project.texts[path].splitlines())


def needs_source(project: Project, files: Iterable[str]) -> bool:
    """Whether a requirement is the project itself (`-e .`)."""
    return any(_LOCAL.search(project.texts[path]) for path in files)


def image(project: Project, metadata: Metadata) -> str:
    """The full image of the minor version that the project asks for; else the default if it admits that."""
    pinned = project.texts.get(".python-version", "") + project.texts.get("runtime.txt", "")
    if match := re.match(r"\s*(?:python-)?(\d{1,9}\.\d{1,9})(?!\d)", pinned):
        return f"python:{match[1]}"
    try:
        wanted = SpecifierSet(_pep440(metadata.requires_python))
        # A late patch release, so that `>=3.11.4` admits 3.11.
        admitted = [version for version in VERSIONS if wanted.contains(f"{version}.50")]
    except ValueError:  # no specifiers, or a number of more digits than Python reads
        admitted = []
    return f"python:{admitted[0] if admitted else DEFAULT}"


def sources(project: Project) -> list[tuple[str, str]]:
    """Path and text of the code, tests left out."""
    return [(path, text) for path, text in read_sources(project, (".py",)) if not is_test(path)]


def _pep440(text: str) -> str:
    """Poetry's caret and tilde: `^3.11` admits what is below 4."""
    if match := re.fullmatch(r"\s*\^(\d{1,9})\.(\d+)(?:\.\d+)?\s*", text):
        return f">={match[1]}.{match[2]},<{int(match[1]) + 1}"
    return (
        re.sub(r"^\s*~(\d+\.\d+)", r"==\1.*", text)
        if text.strip().startswith("~") and "=" not in text
        else text
    )
