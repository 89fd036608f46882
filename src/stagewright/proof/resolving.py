"""Whether everything leads somewhere: links, shared libraries, `#!` lines, and what the container starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from stagewright.evidence import libraries, start
from stagewright.evidence.changes import is_shadowed
from stagewright.evidence.tree import ImageTree
from stagewright.model.project import Consumer
from stagewright.model.proof import Unexplained

# Filled when a container runs.
_AT_RUN_TIME = ("/proc/", "/dev/", "/sys/", "/run/", "/var/run/", "/tmp/", "/var/lock/")  # noqa: S108
# Slim images leave documentation out, and the links into it stay.
_DOCUMENTATION = re.compile(r"/usr/share/(?:doc|man|info|locale|lintian)/.*|/etc/alternatives/.*\d\w*\.gz")


def newly_broken(
    before: ImageTree, after: ImageTree, base: ImageTree | None, consumers: Sequence[Consumer] = ()
) -> tuple[Unexplained, ...]:
    """What leads nowhere in the new image, and led somewhere in the original or was not there.

    What the new image's own `base` has to be like that is the base's. A program that a consumer starts must
    be there if the original has it.
    """
    known = (broken(before, consumers), broken(base) if base else {})
    return tuple(
        Unexplained(path, what, name)
        for (path, what), names in broken(after, consumers).items()
        for name in sorted(names)
        if not any(name in side.get((path, what), ()) for side in known)
    )


def broken(tree: ImageTree, consumers: Sequence[Consumer] = ()) -> Mapping[tuple[str, str], frozenset[str]]:
    """(path, what it is) → the names in it that lead nowhere, in path order."""
    found: dict[tuple[str, str], set[str]] = {}
    for path, what, name in (
        *_links(tree),
        *_libraries(tree),
        *_first_lines(tree),
        *_starts(tree),
        *_consumed(tree, consumers),
    ):
        found.setdefault((path, what), set()).add(name)
    return {key: frozenset(found[key]) for key in sorted(found)}


def _links(tree: ImageTree) -> Iterator[tuple[str, str, str]]:
    for path, entry in tree.entries.items():
        at_run_time = is_shadowed(path) or entry.link.startswith(_AT_RUN_TIME)
        if entry.type != "link" or at_run_time or _DOCUMENTATION.fullmatch(path):
            continue
        if tree.resolve(path) is None:
            yield path, "link", entry.link


def _libraries(tree: ImageTree) -> Iterator[tuple[str, str, str]]:
    settings = tree.read_many(path for path in tree.entries if path.startswith("/etc/ld.so.conf"))
    given = dict(tree.config.env).get("LD_LIBRARY_PATH", "").split(":")
    folders = (*(folder for folder in given if folder), *libraries.search_path(tree.files, settings))
    resolve = cache(tree.resolve)
    for path in tree.elf:
        _, missing = libraries.closure([path], tree.elf, folders, resolve)
        for name, by in missing.items():
            if by == path:
                yield path, "library", name


def _first_lines(tree: ImageTree) -> Iterator[tuple[str, str, str]]:
    for path, line in tree.shebangs.items():
        entry = tree.entries.get(path)
        name = start.interpreter(line)
        if entry and entry.mode & 0o111 and name and start.program_path(name, tree) is None:
            yield path, "interpreter", name


def _starts(tree: ImageTree) -> Iterator[tuple[str, str, str]]:
    config = tree.config
    words = (*(config.entrypoint or ()), *(config.cmd or ()))
    if words and start.program_path(words[0], tree) is None:
        yield "ENTRYPOINT" if config.entrypoint else "CMD", "program", words[0]
    test = config.healthcheck.test if config.healthcheck else ()
    if test[:1] == ("CMD",) and len(test) > 1 and start.program_path(test[1], tree) is None:
        yield "HEALTHCHECK", "program", test[1]
    if test[:1] == ("CMD-SHELL",) and start.program_path("/bin/sh", tree) is None:
        yield "HEALTHCHECK", "program", "/bin/sh"


def _consumed(tree: ImageTree, consumers: Sequence[Consumer]) -> Iterator[tuple[str, str, str]]:
    for consumer in consumers:
        for words in start.commands_of(consumer):
            if start.program_path(words[0], tree) is None:
                yield f"{consumer.place}, {consumer.name}", "program", words[0]
