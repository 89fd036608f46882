"""How long a build takes from nothing, and after an edit of one source file."""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from stagewright.engine import BuildFailed, BuildRequest, BuiltImage, Engine
from stagewright.model.project import Project
from stagewright.project.text import is_manifest

MOST_BYTES = 1 << 29
_SOURCE = re.compile(r".*\.(?P<suffix>[cm]?[jt]sx?|py|go|rb|rs|java|kt|php|css)")
_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|__tests__|spec|docs?|examples?|scripts?|node_modules|vendor)/|[._]test\.|_test\."
)
_MAIN = re.compile(r"(?:^|/)(?:main|index|app|server|wsgi|asgi|cli|__init__)\.\w+$")
_HASH = ("py", "rb")


def cold(engine: Engine, request: BuildRequest) -> BuiltImage:
    """A build that no cache answers, and that answers no later one: those are to find the first's files."""
    return engine.build(replace(request, no_cache=True, cache_ns=f"cold-{secrets.token_hex(4)}"))


def after_edit(engine: Engine, request: BuildRequest, project: Project) -> BuiltImage | None:
    """A build of a copy of the context in which one source file has one more line.

    None where there is no such file, the context is too large to be copied, or the edit breaks the build.
    """
    path = source_to_edit(project)
    if path is None or project.truncated or sum(project.files.values()) > MOST_BYTES:
        return None
    with tempfile.TemporaryDirectory(prefix="stagewright-") as folder:
        context = Path(folder) / "context"
        try:
            shutil.copytree(request.context, context, symlinks=True)
        except (OSError, shutil.Error):
            return None
        mark = "#" if path.endswith(_HASH) else "//"
        line = f"/* {folder} */" if path.endswith(".css") else f"{mark} {folder}"
        with (context / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
        try:
            return engine.build(replace(request, context=context))
        except BuildFailed:
            return None


def source_to_edit(project: Project) -> str | None:
    """The source file that a developer is most likely to edit: a main one, near the top."""
    found = [
        path
        for path in project.files
        if _SOURCE.fullmatch(path)
        and not _ASIDE.search(path)
        and not is_manifest(path)
        and path not in project.ignored
        and not (project.root / path).is_symlink()
    ]
    return min(found, key=lambda path: (not _MAIN.search(path), path.count("/"), path), default=None)
