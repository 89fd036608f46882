"""Writing into the user's tree: whole or not at all, and never over what was not read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from stagewright.errors import EnvironmentLacks, UsageError


def write_files(root: Path, files: Mapping[str, str], as_read: Mapping[str, str | None]) -> tuple[Path, ...]:
    """Write `files` (path under `root` → content) and return the paths that changed.

    `as_read` holds each file's content when it was read, None where there was none: a file that has
    changed since raises UsageError before anything is written. All temporary files are complete before the
    first one takes its place; a failure leaves every file as it was, or as it will be.
    """
    changed = {name: text for name, text in sorted(files.items()) if as_read.get(name) != text}
    for name in changed:
        _refuse_surprise(root / name, as_read.get(name))
    staged: list[tuple[Path, Path]] = []
    try:
        for name, text in changed.items():
            target = root / name
            staged.append((_stage(target, text), target))
        for temporary, target in staged:
            temporary.replace(target)
    except OSError as error:
        raise EnvironmentLacks(
            f"cannot write {error.filename or root}: {error.strerror}",
            "Nothing was lost; make room or give the right.",
        ) from error
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
    return tuple(target for _, target in staged)


def _refuse_surprise(target: Path, before: str | None) -> None:
    if target.is_symlink():
        raise UsageError(f"{target} is a symbolic link", "Write to the file itself.")
    now = target.read_bytes().decode("utf-8", "surrogateescape") if target.is_file() else None
    if now != before:
        raise UsageError(
            f"{target} has changed since it was read; it was left as it is", "Run the command once more."
        )


def _stage(target: Path, text: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(text.encode("utf-8", "surrogateescape"))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o644 & ~_umask())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
