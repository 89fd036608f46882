"""Which Dockerfiles can benefit, and why. Builds nothing, starts nothing, needs no network."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from stagewright.dockerfile import DockerfileSyntaxError, DockerfileTooLong, parse, read_dockerfile
from stagewright.dockerfile.validate import validate
from stagewright.errors import UsageError
from stagewright.model.finding import Finding
from stagewright.rules import Subject, findings
from stagewright.rules.result import SYNTAX_ERROR, UNREADABLE, CheckedFile, CheckResult
from stagewright.rules.subject import Context

_SKIPPED = frozenset({".git", "node_modules", ".venv", "venv", "vendor", ".hg", ".svn", "__pycache__"})
_MAX_ENTRIES = 200_000
_MAX_BYTES = 2_000_000
_MAX_CONTEXT = 5_000


class _Beside(NamedTuple):
    """Part of a build context: file sizes by path, and the manifests' texts."""

    files: Mapping[str, int]
    texts: Mapping[str, str]

    def has(self, path: str) -> bool:
        return path in self.files


def check(paths: Sequence[Path]) -> CheckResult:
    """Check the files given, and every Dockerfile below the folders given.

    A file that BuildKit would refuse is a result with its place, not an error. Raises UsageError for a
    path that does not exist.
    """
    files: dict[Path, None] = {}
    truncated = False
    for path in paths:
        if path.is_file():
            files[path] = None
        elif path.is_dir():
            found, cut = find_dockerfiles(path)
            files |= dict.fromkeys(found)
            truncated = truncated or cut
        else:
            what = "is neither a file nor a folder" if path.exists() else "does not exist"
            raise UsageError(f"{path} {what}", "name a Dockerfile, or a folder that holds some")
    contexts: dict[Path, _Beside] = {}
    checked = []
    for file in sorted(files):
        folder = file.parent
        if folder not in contexts:
            contexts[folder] = _context(folder)
        checked.append(check_file(file, contexts[folder]))
    return CheckResult(tuple(checked), truncated)


def is_dockerfile_name(name: str) -> bool:
    """Whether a file of that name is taken for a Dockerfile."""
    lower = name.lower()
    if lower.endswith((".dockerignore", ".md", ".txt", ".bak", ".orig")):
        return False
    stem = lower.partition(".")[0]
    return stem in {"dockerfile", "containerfile"} or lower.endswith((".dockerfile", ".containerfile"))


def find_dockerfiles(root: Path) -> tuple[tuple[Path, ...], bool]:
    """The Dockerfiles below `root` in path order, and whether the search ended at its limit.

    Follows no link; leaves out version control, virtual environments and installed dependencies.
    Raises UsageError where `root` itself cannot be listed.
    """

    def refused(error: OSError) -> None:
        if error.filename == str(root):
            raise UsageError(f"{root} cannot be read: {error.strerror}", "give the right to read it")

    found: list[Path] = []
    entries = 0
    for folder, folders, names in os.walk(str(root), onerror=refused):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        entries += len(folders) + len(names)
        candidates = (Path(folder, name) for name in names if is_dockerfile_name(name))
        found += [path for path in candidates if path.is_file() and not path.is_symlink()]
        if entries > _MAX_ENTRIES:
            return tuple(sorted(found)), True
    return tuple(sorted(found)), False


def check_file(path: Path, project: Context | None = None) -> CheckedFile:
    """Check one file; `project` is what is known of its context."""
    name = path.as_posix()
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError(f"larger than {_MAX_BYTES} bytes")
        df = parse(read_dockerfile(path, strict=False), name)
        validate(df)
        subject = Subject(df, project if project is not None else _context(path.parent))
        found = findings(subject)
    except DockerfileSyntaxError as error:
        rule = UNREADABLE if isinstance(error, DockerfileTooLong) else SYNTAX_ERROR
        return _refused(rule, name, error.reason, error.line, error.column)
    except (UsageError, OSError) as error:
        return _refused(UNREADABLE, name, str(error), 1, 1)
    if subject.is_tool_chain:
        return CheckedFile(name, (), "it starts no program of its own: its tools are its purpose")
    worthwhile = any(finding.severity != "info" for finding in found)
    return CheckedFile(name, found, command=f"stagewright apply {_argument(path)}" if worthwhile else "")


def _argument(path: Path) -> str:
    """As the verbs take it: the context where the file has the usual name, else the file."""
    return shlex.quote(path.parent.as_posix() if path.name == "Dockerfile" else path.as_posix())


def _refused(rule: str, path: str, reason: str, line: int, column: int) -> CheckedFile:
    return CheckedFile(path, (Finding(rule, path, line, column, reason, "error"),))


def _context(folder: Path) -> _Beside:
    """The files beside the Dockerfile and one folder down: enough for the rules, and quick."""
    files = dict(_shallow(folder))
    texts = {}
    if "package.json" in files and files["package.json"] <= _MAX_BYTES:
        with contextlib.suppress(OSError):
            texts["package.json"] = (folder / "package.json").read_text("utf-8", "replace")
    return _Beside(files, texts)


def _shallow(folder: Path) -> Iterator[tuple[str, int]]:
    left = _MAX_CONTEXT
    pending = [("", folder)]
    while pending:
        prefix, current = pending.pop()
        try:
            with os.scandir(current) as entries:
                for entry in entries:
                    left -= 1
                    if left < 0:
                        return
                    if entry.is_file(follow_symlinks=False):
                        yield prefix + entry.name, entry.stat(follow_symlinks=False).st_size
                    elif not prefix and entry.name not in _SKIPPED and entry.is_dir(follow_symlinks=False):
                        pending.append((f"{entry.name}/", Path(entry.path)))
        except OSError:
            continue
