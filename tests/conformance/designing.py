"""Files of the corpus through `design` without an engine, and what a sound graph of stages is."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Mapping, Set
from pathlib import Path

from stagewright.dockerfile import Dockerfile, DockerfileSyntaxError, dependencies, parse, reachable
from stagewright.model.design import Decline, Design
from stagewright.model.request import BuildInputs
from stagewright.verbs.designing import from_text
from stagewright.verbs.loading import load
from stagewright.verbs.place import locate
from tests.conformance.buildkit import corpus

THOUSAND = 1000
_BESIDE = frozenset({"tester", "scanner", "development"})
_MANIFESTS: Mapping[str, Mapping[str, str]] = {
    r"\b(?:npm|yarn|pnpm|bun)\b": {
        "package.json": '{"name": "app", "scripts": {"build": "tsc", "start": "node index.js"}, '
        '"dependencies": {"express": "4"}, "devDependencies": {"typescript": "5"}}',
        "package-lock.json": '{"lockfileVersion": 3, "packages": {}}',
    },
    r"\bpip3?\b": {"requirements.txt": "flask==3.0\n"},
    r"\bgo (?:build|install|mod)\b": {"go.mod": "module app\n\ngo 1.22\n", "main.go": "package main\n"},
}


def thousand() -> dict[str, bytes]:
    """The same thousand files each time, chosen by the digest of their names, in that order."""
    files = corpus()
    chosen = sorted(files, key=lambda name: hashlib.sha256(name.encode()).digest())[:THOUSAND]
    return {name: files[name] for name in chosen}


def fill(folder: Path, data: bytes) -> None:
    """The smallest context that fits: what COPY and ADD name, and the manifests of what RUN calls."""
    text = data.decode("utf-8", "replace")
    for pattern, manifests in _MANIFESTS.items():
        if re.search(pattern, text):
            for name, content in manifests.items():
                (folder / name).write_text(content, encoding="utf-8")
    try:
        instructions = parse(text).instructions
    except DockerfileSyntaxError:
        return
    for one in instructions:
        if one.keyword in ("COPY", "ADD") and not one.flag("from"):
            for word in one.words[:-1]:
                _put(folder, posixpath.normpath("/" + word.value)[1:])


def _put(folder: Path, name: str) -> None:
    """A file where the name has an ending, else a folder; nothing for patterns, variables, addresses."""
    path = folder / name
    if not re.fullmatch(r"[\w./-]{1,200}", name) or path.exists() or "Dockerfile" in name.split("/"):
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix:
            path.write_bytes(b"")
        else:
            path.mkdir()
    except OSError:
        return  # one file's name is another's folder


def designed(folder: Path, data: bytes, harden: Set[str] = frozenset()) -> Design | Decline:
    """What `stagewright design --no-engine FOLDER` shows for the file; raises what it would report."""
    (folder / "Dockerfile").write_bytes(data)
    return from_text(load(locate(folder)), harden, None, BuildInputs())


def faults(original: Dockerfile, design: Design) -> list[str]:
    """What is wrong with the stages of a design, in words; empty where nothing is."""
    df = parse(design.dockerfile)
    names = [stage.name for stage in df.stages]
    found = []
    if names != [plan.name for plan in design.stages]:
        found.append(f"the stages are {names}")
    if len(set(names)) != len(names):
        found.append("two stages have one name")
    images = _images(original)
    for stage in df.stages:
        for reference in dependencies(df, stage):
            if reference.stage is None:
                if reference.name in names or (reference.via != "from" and reference.name not in images):
                    found.append(f"{stage.name} takes from {reference.name}, which is no stage above it")
            elif reference.stage.index >= stage.index:
                found.append(f"{stage.name} takes from {reference.name}, which is not above it")
    reached = {stage.name for stage in reachable(df)}
    found += [f"nothing needs {name}" for name in names if name not in reached | _BESIDE]
    if df.stages[-1].name not in ("production", original.stages[0].name):
        found.append("the last stage is not production")
    lines = {one.line for one in original.stages[0].instructions}
    placed = {move.line for move in design.moved if move.stages or move.why}
    found += [f"line {line} has no place and no reason" for line in sorted(lines - placed)]
    return found


def _images(df: Dockerfile) -> set[str]:
    return {one.name for stage in df.stages for one in dependencies(df, stage) if one.via != "from"}
