"""The content of a project's files: bounded, as UTF-8, and never through a link that leads out of it."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from stagewright.model.project import Project

MAX_TEXT = 4 * 1024 * 1024
MAX_TEXTS = 64 * 1024 * 1024
MAX_MANIFEST_DEPTH = 6
MAX_SOURCE = 512 * 1024
MAX_SOURCES = 3_000
_MANIFESTS = frozenset(
    {
        *("package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"),
        *("bun.lock", "pnpm-workspace.yaml", "bunfig.toml", ".npmrc", ".yarnrc", ".yarnrc.yml"),
        *(".nvmrc", ".node-version", "nodemon.json", "turbo.json", "nx.json", "lerna.json"),
        *("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "Pipfile.lock", "uv.lock", "poetry.lock"),
        *(".python-version", "runtime.txt", "uv.toml", "MANIFEST.in", "pytest.ini", "tox.ini"),
        *("go.mod", "go.sum", "go.work", "Procfile", "Makefile", ".dockerignore", "Cargo.toml", "Gemfile"),
        *("pom.xml", "build.gradle", "build.gradle.kts", "composer.json", "deno.json", "mix.exs"),
        *(".gitlab-ci.yml",),
    }
)
_MANIFEST_FORM = re.compile(
    r"tsconfig[\w.-]*\.json|(?:vite|next|nuxt|astro|svelte|vue|angular|remix)\.config\.\w+|angular\.json"
    r"|requirements[\w.-]*\.(?:txt|in)|constraints[\w.-]*\.txt|(?:docker-)?compose[\w.-]*\.ya?ml"
    r"|gunicorn(?:\.conf|_config|_conf)?\.py"
)


def is_manifest(path: str) -> bool:
    pure = PurePosixPath(path)
    if len(pure.parts) > MAX_MANIFEST_DEPTH:
        return False
    if pure.parent.as_posix() == ".github/workflows":
        return pure.suffix in (".yml", ".yaml")
    in_requirements = pure.parent.name == "requirements" and pure.suffix == ".txt"
    return pure.name in _MANIFESTS or in_requirements or _MANIFEST_FORM.fullmatch(pure.name) is not None


def read_manifests(root: Path, files: Mapping[str, int]) -> dict[str, str]:
    """The texts of manifests, lockfiles and settings; those nearest to the root first when bounds bite."""
    texts: dict[str, str] = {}
    left = MAX_TEXTS
    for path in sorted(filter(is_manifest, files), key=lambda path: (path.count("/"), path)):
        text = read_file(root, path, min(MAX_TEXT, left))
        if text is not None:
            texts[path] = text
            left -= len(text)
    return dict(sorted(texts.items()))


def resolved(path: Path) -> Path | None:
    """Where a path leads; None for a text that can be no path, and for a link to itself."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def read_file(root: Path, path: str, limit: int = MAX_TEXT) -> str | None:
    """A regular file inside `root` of at most `limit` bytes; None for all else. Executes nothing."""
    place = root / path
    try:
        home = root.resolve()
        actual = place.resolve(strict=True)
        if not actual.is_relative_to(home) or not stat.S_ISREG(actual.stat().st_mode):
            return None
        with actual.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, RuntimeError, ValueError):
        return None
    return data.decode("utf-8", "replace") if len(data) <= limit else None


def read_sources(project: Project, suffixes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Path and text of the source files with these suffixes (`.py`), tests included, in path order.

    At most `MAX_SOURCES` files, each of at most `MAX_SOURCE` bytes; ignored paths are left out.
    """
    endings = tuple(suffixes)
    count = 0
    for path, size in project.files.items():
        if not path.endswith(endings) or size > MAX_SOURCE or path in project.ignored:
            continue
        if count >= MAX_SOURCES:
            return
        text = project.texts.get(path) or read_file(project.root, path, MAX_SOURCE)
        if text is not None:
            count += 1
            yield path, text
