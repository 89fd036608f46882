"""package.json, read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stagewright import tables
from stagewright.ecosystems.selection import is_test
from stagewright.model.project import Project
from stagewright.project import read_sources

SUFFIXES = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx")
NODE_MAJORS = ("20", "22", "24")
DEFAULT_NODE = "22"
_ENDLESS = re.compile(r"\d{10}")


@dataclass(frozen=True, slots=True)
class Package:
    """What the recipes read of package.json; wrong types read as absent.

    `main` is the file of the only program where the package names no main file.
    """

    name: str = ""
    main: str = ""
    manager: str = ""
    node: str = ""
    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: frozenset[str] = frozenset()
    development: frozenset[str] = frozenset()
    workspaces: bool = False

    @classmethod
    def read(cls, project: Project) -> Package | None:
        """None when there is no package.json or it is no JSON object."""
        data = tables.from_json(project.texts.get("package.json", ""))
        if data is None:
            return None
        runtime = {*tables.table(data, "dependencies"), *tables.table(data, "optionalDependencies")}
        return cls(
            name=tables.text(data.get("name")),
            main=tables.text(data.get("main")) or _program(data.get("bin")),
            manager=tables.text(data.get("packageManager")),
            node=tables.text(tables.table(data, "engines").get("node")),
            scripts=tables.named_texts(data, "scripts"),
            dependencies=frozenset(runtime),
            development=frozenset(tables.table(data, "devDependencies")) - runtime,
            workspaces=bool(data.get("workspaces")) or project.has("pnpm-workspace.yaml"),
        )

    @property
    def test_script(self) -> bool:
        """Whether there are tests to run: npm's own placeholder is none."""
        return bool(self.scripts.get("test")) and "no test specified" not in self.scripts["test"]


def sources(project: Project) -> list[tuple[str, str]]:
    """Path and text of the code, tests left out."""
    return [(path, text) for path, text in read_sources(project, SUFFIXES) if not is_test(path)]


def node_image(project: Project, package: Package) -> str:
    """The full image of the major version that the project asks for; a range takes the default it admits."""
    pinned = project.texts.get(".nvmrc") or project.texts.get(".node-version") or ""
    if match := re.match(r"\s*v?(\d{1,9})(?!\d)", pinned):
        return f"node:{match[1]}"
    if re.match(r"\s*lts/\*", pinned):
        return "node:lts"
    return f"node:{_major_for(package.node)}"


def _major_for(wanted: str) -> str:
    """`>=18` → 22, `20.x` → 20, `^24.1` → 24; what cannot be read is the default."""
    wanted = " ".join(wanted.split())
    if not wanted or _ENDLESS.search(wanted):
        return DEFAULT_NODE
    admitted = [
        major for major in NODE_MAJORS if any(_admits(part, int(major)) for part in wanted.split("||"))
    ]
    if DEFAULT_NODE in admitted:
        return DEFAULT_NODE
    if admitted:
        return max(admitted, key=int)
    named = re.findall(r"(?:^|[\s^~=v])(\d+)", wanted)
    return named[-1] if named else DEFAULT_NODE


def _admits(part: str, major: int) -> bool:
    comparators = re.findall(r"(>=|<=|>|<|\^|~|=)?\s*v?(\d+|\*|x)(?:\.(\d+|\*|x))?", part.strip())
    for operator, number, minor in comparators:
        if not number.isdecimal():
            continue
        wanted = int(number)
        whole = not minor.isdecimal() or int(minor) == 0
        right = {
            ">=": major >= wanted,
            ">": major > wanted,
            "<": major < wanted or (major == wanted and not whole),
            "<=": major <= wanted,
        }.get(operator, major == wanted)
        if not right:
            return False
    return True


def _program(value: object) -> str:
    """The file of the only program of a package, "" where there are none or several."""
    programs = list(value.values()) if isinstance(value, dict) else [value]
    return tables.text(programs[0]).removeprefix("./") if len(programs) == 1 else ""
