"""The ignore file: what no build reads, with the user's own lines kept as they are."""

from __future__ import annotations

from collections.abc import Sequence

from stagewright.dockerfile.text import BOM
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe

_ALWAYS = (".git",)
_BY_ECOSYSTEM = {
    "javascript": ("**/node_modules", "**/npm-debug.log*", "**/.DS_Store"),
    "python": ("**/__pycache__", "**/*.py[cod]", "**/.venv", "**/.pytest_cache", "**/.mypy_cache"),
    "go": ("**/*.test", "**/.DS_Store"),
}
_MANIFESTS = {
    "javascript": ("package.json",),
    "python": ("pyproject.toml", "requirements.txt", "setup.py"),
    "go": ("go.mod",),
}
# `.env` files that a build tool reads stay: a bundler bakes VITE_* and NEXT_PUBLIC_* values in.
_SECRETS = ("**/.env.local", "**/.env.*.local")


def ignore_path(dockerfile_path: str, *, own: bool) -> str:
    """`own`: the per-file ignore file, where several Dockerfiles share the context."""
    return f"{dockerfile_path}.dockerignore" if own else ".dockerignore"


def default_lines(project: Project, recipe: Recipe | None, dockerfile_path: str) -> tuple[str, ...]:
    """What the build reads nothing of. Tests stay: the tester reads them; so do files with values."""
    lines = list(_ALWAYS)
    for language, manifests in _MANIFESTS.items():
        if any(project.has(name) for name in manifests):
            lines += _BY_ECOSYSTEM[language]
    if recipe is not None:
        lines += [output for output in _built(recipe) if output.split("/", 1)[0] not in _top_level(project)]
    lines += _SECRETS
    lines += [dockerfile_path, ".dockerignore"]
    return tuple(dict.fromkeys(lines))


def merged(ours: Sequence[str], users: str) -> str:
    """Our lines before the user's, whose exceptions then win; what the user has is not repeated."""
    theirs = {line.strip().rstrip("/") for line in users.splitlines()}
    added = [line for line in ours if line.rstrip("/") not in theirs]
    if not added:
        return users
    newline = "\r\n" if "\r\n" in users else "\n"
    text = newline.join(added) + newline
    # A byte order mark is one at the beginning alone: further down it would be part of a pattern.
    users = users.removeprefix(BOM)
    return text + (newline + users if users.strip() else "")


def _built(recipe: Recipe) -> tuple[str, ...]:
    """Folders that the build makes, relative to the context."""
    prefix = recipe.workdir.rstrip("/") + "/"
    inside = [o.source.removeprefix(prefix) for o in recipe.outputs if o.source.startswith(prefix)]
    return tuple(dict.fromkeys(path.split("/", 1)[0] for path in inside))


def _top_level(project: Project) -> frozenset[str]:
    return frozenset(path.split("/", 1)[0] for path in project.files)
