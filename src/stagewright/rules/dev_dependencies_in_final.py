"""Development dependencies are installed in, or copied into, the stage that runs."""

from __future__ import annotations

from collections.abc import Iterator

from stagewright import tables
from stagewright.dockerfile import Stage
from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import Deed, Subject, from_manifest

_NODE = frozenset({"npm", "yarn", "pnpm", "bun"})
_TOOLS = _NODE | {"poetry", "uv", "bundler", "composer"}
_ENVIRONMENT = {"bundler": ("BUNDLE_WITHOUT",), "uv": ("UV_NO_DEV", "UV_NO_DEFAULT_GROUPS")}


def _check(subject: Subject) -> Iterator[Problem]:
    if _has_no_dev_dependencies(subject):
        return
    left = _left_in(subject, subject.final)
    if left is not None:
        yield _problem(left, "stay in the image that runs")
        return
    for stage in subject.lineage:
        for step in stage.instructions:
            origin = step.flag("from") if step.keyword == "COPY" else None
            if origin is None or not any("node_modules" in word.value for word in step.words):
                continue
            source = subject.dockerfile.stage(origin)
            left = _left_in(subject, source) if source is not None else None
            if left is not None:
                yield Problem(
                    step.span,
                    f"`node_modules` of `{origin}` holds the development dependencies "
                    f"(`{' '.join(left.action.command.raw)}`)",
                    "install the production dependencies in a stage of their own and copy them from there",
                    "an estimate from the text: the size of the development dependencies",
                )
                return


def _left_in(subject: Subject, stage: Stage) -> Deed | None:
    """The last install with development dependencies that nothing takes away again in the stage."""
    left: Deed | None = None
    for inner in subject.lineage_of(stage):
        environment: dict[str, str] = {}
        for step in inner.instructions:
            if step.keyword == "ENV":
                environment |= {name: (value or "").strip("\"'") for name, value in step.pairs}
            for deed in subject.deeds(inner):
                if deed.instruction is not step:
                    continue
                action = deed.action
                if action.tool in _NODE and (action.kind == "prune" and not action.packages):
                    left = None
                elif action.tool in _TOOLS and from_manifest(action) and not _omits(action.tool, environment):
                    left = None if action.production and action.tool != "bun" else left or deed
                    if action.production and action.tool == "bun" and left is deed:
                        left = None
    return left


def _omits(tool: str, environment: dict[str, str]) -> bool:
    if tool in {"npm", "yarn", "pnpm"} and environment.get("NODE_ENV") == "production":
        return True
    return any(name in environment for name in _ENVIRONMENT.get(tool, ()))


def _has_no_dev_dependencies(subject: Subject) -> bool:
    """Known only for a package.json at the root of the context."""
    if subject.project is None or "package.json" not in subject.project.texts:
        return False
    manifest = tables.from_json(subject.project.texts["package.json"])
    return manifest is not None and not manifest.get("devDependencies")


def _problem(deed: Deed, what: str) -> Problem:
    return Problem(
        deed.action.command.span,
        f"the development dependencies of `{' '.join(deed.action.command.raw)}` {what}",
        "install the production dependencies in a stage of their own",
        "an estimate from the text: the size of the development dependencies",
    )


RULE = Rule(
    name="dev-dependencies-in-final",
    summary="Development dependencies in the final stage",
    why="Compilers, linters and test runners of the language are not needed to run.",
    bad="FROM node:22-slim\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\n"
    'COPY . .\nCMD ["node", "i.js"]\n',
    good="FROM node:22-slim\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci --omit=dev\nCOPY . .\n"
    'CMD ["node", "i.js"]\n',
    severity="warning",
    check=_check,
)
