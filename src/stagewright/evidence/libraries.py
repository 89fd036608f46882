"""Shared libraries: from a file's NEEDED entries to the paths that the loader would take."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping

from stagewright.model.image import Elf, ImageFiles

_DEFAULT = ("/lib", "/usr/lib", "/lib64", "/usr/lib64")
# musl looks here too, and has neither ld.so.conf nor a cache.
_MUSL = re.compile(r"/(?:usr/)?lib/ld-musl-\w+\.so\.1")
_OF_MUSL = ("/lib", "/usr/local/lib", "/usr/lib")
_MULTIARCH = re.compile(r"/usr/lib/[a-z0-9_]+-linux-[a-z0-9]+\Z|/lib/[a-z0-9_]+-linux-[a-z0-9]+\Z")


def search_path(files: ImageFiles, contents: Mapping[str, bytes]) -> tuple[str, ...]:
    """The loader's directories: ld.so.conf and its parts (`contents` has them), then the built-in ones."""
    listed = []
    for path in sorted(contents):
        if path.startswith("/etc/ld.so.conf"):
            for line in contents[path].decode("utf-8", "replace").splitlines():
                folder = line.split("#")[0].strip()
                if folder.startswith("/"):
                    listed.append(folder.rstrip("/"))
    multiarch = [
        path for path, entry in files.entries.items() if entry.type == "dir" and _MULTIARCH.match(path)
    ]
    musl = _OF_MUSL if any(map(_MUSL.fullmatch, files.entries)) else ()
    return tuple(dict.fromkeys([*listed, *multiarch, *musl, *_DEFAULT]))


def closure(
    roots: Iterable[str],
    elf: Mapping[str, Elf],
    folders: tuple[str, ...],
    resolve: Callable[[str], str | None],
) -> tuple[dict[str, str], dict[str, str]]:
    """(path → who needs it) of all libraries below `roots`, and (name → who needs it) of those not found."""
    found: dict[str, str] = {}
    missing: dict[str, str] = {}
    queue = sorted(roots)
    seen = set(queue)
    while queue:
        path = queue.pop(0)
        head = elf.get(path)
        if head is None:
            continue
        origin = posixpath.dirname(path)
        own = [folder.replace("$ORIGIN", origin).replace("${ORIGIN}", origin) for folder in head.runpath]
        for name in (*head.needed, *((head.interpreter,) if head.interpreter else ())):
            target = _locate(name, (*own, *folders), resolve)
            if target is not None and (other := elf.get(target)) and other.machine != head.machine:
                continue
            if target is None or target not in elf:
                missing.setdefault(name, path)
            elif target not in seen:
                seen.add(target)
                found[target] = path
                queue.append(target)
    return found, missing


def _locate(name: str, folders: tuple[str, ...], resolve: Callable[[str], str | None]) -> str | None:
    if "/" in name:
        return resolve(name)
    for folder in folders:
        if target := resolve(posixpath.normpath(posixpath.join(folder, name))):
            return target
    return None
