"""What is pruned or cleaned stays in the image all the same."""

from __future__ import annotations

from collections.abc import Iterator

from stagewright.dockerfile import Stage
from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import Deed, Subject, from_manifest

_NODE = frozenset({"npm", "yarn", "pnpm", "bun"})
_SYSTEM = frozenset({"apt", "apk", "dnf", "zypper", "pacman"})


def _check(subject: Subject) -> Iterator[Problem]:
    for stage in subject.reachable:
        yield from _bun_over_existing(subject, stage)
    yield from _in_a_later_layer(subject)


def _bun_over_existing(subject: Subject, stage: Stage) -> Iterator[Problem]:
    """`bun install --production` takes nothing out of a node_modules that is there."""
    full = _has_full_install(subject, stage)
    for deed in subject.deeds(stage):
        if deed.action.tool == "bun" and from_manifest(deed.action):
            if deed.action.production and full:
                yield Problem(
                    deed.action.command.span,
                    f"`{' '.join(deed.action.command.raw)}` over an existing `node_modules` removes nothing",
                    "install the production dependencies in a stage of their own",
                )
            full = full or not deed.action.production


def _has_full_install(subject: Subject, stage: Stage) -> bool:
    origins = [*subject.lineage_of(stage)[:-1]]
    for step in stage.instructions:
        if step.keyword == "COPY" and "node_modules" in step.rest:
            origin = subject.dockerfile.stage(step.flag("from") or "")
            origins += [origin] if origin is not None else []
    return any(
        deed.action.tool == "bun" and from_manifest(deed.action) and not deed.action.production
        for origin in origins
        for deed in subject.deeds(origin)
    )


def _in_a_later_layer(subject: Subject) -> Iterator[Problem]:
    seen: list[Deed] = []
    for deed in subject.final_deeds:
        action = deed.action
        tools = _tools_pruned(deed)
        installs = [other for other in seen if other.action.tool in tools and other.action.kind == "install"]
        if installs and all(other.instruction is not deed.instruction for other in installs):
            yield Problem(
                action.command.span,
                f"`{' '.join(action.command.raw[:4])}` in a layer of its own makes the image no smaller: "
                "the layer before it keeps the files",
                "remove in the RUN that installs, or install in another stage",
            )
        seen.append(deed)


def _tools_pruned(deed: Deed) -> frozenset[str]:
    action = deed.action
    if action.kind == "prune" and action.tool in _SYSTEM | _NODE:
        return frozenset({action.tool})
    if action.kind == "clean" and action.tool in _SYSTEM:
        return frozenset({action.tool})
    if action.kind == "clean" and any("/var/lib/apt/lists" in path for path in action.packages):
        return frozenset({"apt"})
    return frozenset()


RULE = Rule(
    name="prune-prunes-nothing",
    summary="A prune that prunes nothing",
    why="A layer can hide files of the layers below, never remove them.",
    bad="FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nRUN npm prune --omit=dev\n"
    'CMD ["node", "dist/index.js"]\n',
    good="FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build && npm prune --omit=dev\n"
    'CMD ["node", "dist/index.js"]\n',
    severity="warning",
    check=_check,
)
