"""What the tools of languages wrote about what stays: gems, jars, compiled programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stagewright.evidence.application import Application
from stagewright.evidence.gems import SPECIFICATION, read_gems
from stagewright.evidence.jars import MANIFEST
from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import Fact

_MOST = 50


def language_facts(tree: ImageTree, stays: Iterable[str], application: Application) -> Iterator[Fact]:
    """At most `_MOST` of each kind, and how many there are besides: first of what a command names."""
    paths = sorted(stays, key=lambda path: (path not in application.entries, path))
    for kind, facts in (
        ("built by", _programs(tree, paths)),
        ("jar", _jars(tree, paths, application)),
        ("gem", _gems(tree, paths)),
    ):
        found = list(facts)
        yield from found[:_MOST]
        if len(found) > _MOST:
            yield Fact("others", kind, f"{len(found) - _MOST} more", "image", "read as those above")


def _programs(tree: ImageTree, paths: Iterable[str]) -> Iterator[Fact]:
    """Programs alone: libraries of dependencies, which have no interpreter and need others, are many."""
    for path in paths:
        elf = tree.elf.get(path)
        if elf and elf.built and (elf.interpreter or not elf.needed):
            yield Fact(path, "built by", elf.built.says, "image", f"{elf.built.section} of {path}")


def _jars(tree: ImageTree, paths: Iterable[str], application: Application) -> Iterator[Fact]:
    """Those that a command names or that lie in the application's folder."""
    for path in paths:
        jar = tree.jars.get(path)
        if jar and (path in application.entries or path.startswith(f"{application.folder}/")):
            named = f"{jar.name} {jar.version}".strip() if jar.name else ""
            starts = f"Main-Class {jar.main_class}" if jar.main_class else ""
            leads = f"Class-Path of {len(jar.class_path)}" if jar.class_path else ""
            if says := ", ".join(filter(None, (named, starts, leads))):
                yield Fact(path, "jar", says, "image", f"{MANIFEST} of {path}")


def _gems(tree: ImageTree, paths: Iterable[str]) -> Iterator[Fact]:
    gems = read_gems(tree.read_many(path for path in paths if SPECIFICATION.fullmatch(path)))
    for gem in gems.values():
        specification = f"{gem.home}/specifications/{gem.full}.gemspec"
        yield Fact(gem.name, "gem", gem.version, "image", specification)
