"""How the original installs its dependencies, and the stages that this makes."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from stagewright import tables
from stagewright.design import instructions
from stagewright.design.apart import is_apart
from stagewright.design.hoisting import hoisted
from stagewright.design.written import building, step_of
from stagewright.dockerfile import Dockerfile, Instruction, Stage
from stagewright.ecosystems.base import Ecosystem
from stagewright.model.design import StagePlan, Step
from stagewright.model.evidence import Evidence
from stagewright.model.image import ImageConfig, ImageFiles
from stagewright.model.project import Project
from stagewright.shell import Action, Command, commands_of, recognise, shell_in_force

_TOOLS = frozenset({"npm", "bun", "yarn", "pnpm", "pip", "uv", "poetry", "pdm"})
# Installed from manifests alone, so that the source may come later.
_MANIFESTS_ALONE = frozenset({"npm", "bun", "yarn", "pnpm", "pip", "go"})
_HOOKS = frozenset(
    {"preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"}
)
_EXTRAS = 6
# Beyond it an installation of production's own leaves more to copy than it keeps away.
_MOST_EXTRAS = 20
_DEPENDENCIES = "Dependencies, before the source"
MENDED = "The dependencies are installed before the source is copied, so that an edit leaves them cached."


@dataclass(frozen=True, slots=True)
class BuildStages:
    """The stages before production, `builder` last. `replaced`: folders that `prod-deps` gives instead.

    `installed` are manifests as the installation changed them: where the source is copied later, the
    context's lie above them in the builder.
    """

    stages: tuple[StagePlan, ...]
    replaced: dict[str, str]
    extras: tuple[str, ...] = ()
    mended: bool = False
    installed: frozenset[str] = frozenset()
    production_install: str = ""

    def with_last(self, plan: StagePlan) -> BuildStages:
        """The same with another `builder`."""
        return replace(self, stages=(*self.stages[:-1], plan))


def build_stages(
    df: Dockerfile,
    stage: Stage,
    project: Project,
    evidence: Evidence,
    original: ImageFiles,
    base: ImageConfig,
    ecosystem: Ecosystem | None,
    build_args: Mapping[str, str],
    *,
    mend: bool,
    prune: bool,
) -> BuildStages:
    """`base` is the configuration of the stage's own base. `mend`: the source may come after what does not
    read it. `prune`: production's dependencies may be installed by themselves."""
    steps, end = building(stage), 0
    if mend:
        steps, end = hoisted(df, stage, steps, project, base, build_args)
    platform = stage.platform or ""
    at = _install(df, stage, steps, ecosystem)
    if ecosystem is None or at is None:
        return _in_order(df, stage, steps, end)
    manifests = ecosystem.manifests(project)
    source = _source_before(df, stage, steps, at, project) if mend and manifests else None
    if source is not None:
        shared, later = _around(df, steps, source, at, manifests)
    else:
        shared, later = _steps(df, steps[:at]), _steps(df, steps[at + 1 :])
    installed = frozenset[str]() if source is None else _changed(manifests, project, original)
    install = step_of(df, steps[at])
    replaced, extras = _replaced(evidence, original) if prune else ({}, ())
    production = _production(df, steps[at], ecosystem, project) if replaced else None
    if production is None:
        if source is None:
            return _in_order(df, stage, steps, end)
        deps = StagePlan("deps", _DEPENDENCIES, stage.base, (*shared, install), platform)
        return BuildStages(
            (deps, StagePlan("builder", "Build", "deps", later)), {}, mended=True, installed=installed
        )
    plans = (
        StagePlan("base", "What the stages that install and build share", stage.base, shared, platform),
        StagePlan("deps", "Dependencies, those for development included", "base", (install,)),
        StagePlan("prod-deps", "Dependencies of production alone", "base", (production,)),
        StagePlan("builder", "Build", "deps", later),
    )
    mended = source is not None or end > 0
    return BuildStages(plans, replaced, extras, mended, installed, production.text)


def manifests_first(
    df: Dockerfile,
    stage: Stage,
    steps: tuple[Instruction, ...],
    project: Project,
    original: ImageFiles,
    ecosystem: Ecosystem | None,
) -> tuple[Step, ...] | None:
    """The steps of one stage with the installation before the source; None where it stays where it is.

    So it does where it changes its manifests: the context's would lie above them.
    """
    at = _install(df, stage, steps, ecosystem)
    manifests = ecosystem.manifests(project) if ecosystem else ()
    if at is None or not manifests or _changed(manifests, project, original):
        return None
    source = _source_before(df, stage, steps, at, project)
    if source is None:
        return None
    before, after = _around(df, steps, source, at, manifests)
    return (*before, step_of(df, steps[at]), *after)


def _around(
    df: Dockerfile, steps: tuple[Instruction, ...], source: int, at: int, manifests: tuple[str, ...]
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """What goes before the installation at `at` and after it, where the COPY at `source` comes later."""
    before, copied, between = steps[:source], steps[source], steps[source + 1 : at]
    return (
        (*_steps(df, (*before, *between)), *_manifests(copied, manifests)),
        _steps(df, (copied, *steps[at + 1 :])),
    )


def _in_order(df: Dockerfile, stage: Stage, steps: tuple[Instruction, ...], end: int) -> BuildStages:
    """The steps as they are; the first `end` of them in a stage of their own."""
    platform = stage.platform or ""
    if not end:
        title = "Build, as the original has it"
        return BuildStages((StagePlan("builder", title, stage.base, _steps(df, steps), platform),), {})
    deps = StagePlan("deps", _DEPENDENCIES, stage.base, _steps(df, steps[:end]), platform)
    builder = StagePlan("builder", "Build", "deps", _steps(df, steps[end:]))
    return BuildStages((deps, builder), {}, mended=True)


def _steps(df: Dockerfile, chosen: tuple[Instruction, ...]) -> tuple[Step, ...]:
    return tuple(step_of(df, one) for one in chosen)


def _install(
    df: Dockerfile, stage: Stage, steps: tuple[Instruction, ...], ecosystem: Ecosystem | None
) -> int | None:
    """The first RUN that installs the project's dependencies from its manifests; None where there is none."""
    if ecosystem is None:
        return None
    tools = frozenset({"go"}) if ecosystem.name == "go" else _TOOLS
    found = (
        index
        for index, one in enumerate(steps)
        if one.keyword == "RUN"
        and any(
            action.kind == "install" and action.tool in tools and not action.packages
            for action in _actions(df, stage, one)
        )
    )
    return next(found, None)


def _actions(df: Dockerfile, stage: Stage, run: Instruction) -> list[Action]:
    script = commands_of(run, shell=shell_in_force(df, stage, run))
    return [action for command in script.commands for action in recognise(command)]


def _source_before(
    df: Dockerfile, stage: Stage, steps: tuple[Instruction, ...], at: int, project: Project
) -> int | None:
    """The COPY of the whole context before the installation, where it may as well come after."""
    script = commands_of(steps[at], shell=shell_in_force(df, stage, steps[at]))
    own = [command for command in script.commands if not is_apart(command)]
    if script.opaque or len(own) > 1 or not all(map(_reads_manifests, own)) or _has_hooks(project):
        return None
    copies = [
        index
        for index in range(at)
        if steps[index].keyword in ("COPY", "ADD") and not steps[index].flag("from")
    ]
    if len(copies) != 1:
        return None
    *sources, target = (word.value for word in steps[copies[0]].words)
    if sources not in (["."], ["./"]):
        return None
    fixed = {"ADD", "COPY", "RUN"} | (set() if target.startswith("/") else {"WORKDIR"})
    between = steps[copies[0] + 1 : at]
    return None if any(one.keyword in fixed for one in between) else copies[0]


def _reads_manifests(command: Command) -> bool:
    """Whether it installs from manifests, and reads nothing else of the project."""
    actions = recognise(command)
    if len(actions) != 1 or actions[0].tool not in _MANIFESTS_ALONE:
        return False
    options = actions[0].options
    if actions[0].tool == "go":
        return "download" in actions[0].command.words
    from_list = "-r" in options or any(option.startswith("--requirement") for option in options)
    return actions[0].tool != "pip" or from_list


def _has_hooks(project: Project) -> bool:
    manifest = tables.from_json(project.texts.get("package.json", "{}"))
    if manifest is None:
        return True
    hooks = _HOOKS & tables.table(manifest, "scripts").keys()
    return bool(hooks) or "patches" in {path.split("/")[0] for path in project.files}


def _manifests(copied: Instruction, manifests: tuple[str, ...]) -> tuple[Step, ...]:
    """The manifests to where the user's COPY puts the context."""
    target = copied.words[-1].value.rstrip("/")
    flags = "".join(f"--{flag.name}={flag.value} " for flag in copied.flags if flag.value is not None)
    groups: dict[str, list[str]] = {}
    for path in manifests:
        groups.setdefault(posixpath.dirname(path), []).append(path)
    steps = []
    for folder, paths in sorted(groups.items()):
        text = instructions.copy(paths, "/".join(part for part in (target, folder) if part) + "/")
        steps.append(
            Step(text.replace("COPY ", f"COPY {flags}", 1), (copied.line,), "manifests before the source")
        )
    return tuple(steps)


def _changed(manifests: tuple[str, ...], project: Project, original: ImageFiles) -> frozenset[str]:
    found = set()
    for name in manifests:
        entry = original.entries.get(posixpath.join("/", original.config.workdir, name))
        text = project.texts.get(name)
        if entry and text is not None and sha256(text.encode("utf-8", "replace")).hexdigest() != entry.digest:
            found.add(entry.path)
    return frozenset(found)


def _production(df: Dockerfile, install: Instruction, ecosystem: Ecosystem, project: Project) -> Step | None:
    if install.json or install.heredocs:
        return None
    command = install.rest.strip()
    changed = ecosystem.production_install(command, project)
    if changed is None or changed == command:
        return None
    flags = "".join(df.text[flag.span.start : flag.span.end] + " \\\n    " for flag in install.flags)
    return Step(f"RUN {flags}{changed}", (install.line,), "the original's own command, development left out")


def _replaced(evidence: Evidence, original: ImageFiles) -> tuple[dict[str, str], tuple[str, ...]]:
    """The folders of dependencies that hold some for development, and what of them comes from the builder."""
    folders = Counter(
        match[1]
        for path, reason in evidence.reasons.items()
        if reason.kind == "development dependency"
        and (match := re.match(r"((?:/(?!node_modules/)[^/]+)*/(?:node_modules|\.?venv))/", path))
    )
    replaced: dict[str, str] = {}
    extras: set[str] = set()
    for folder in sorted(folders):
        more = _extras(folder, evidence, original)
        if len(more) <= min(_EXTRAS + 2 * len(evidence.waivers), _MOST_EXTRAS):
            replaced[folder] = "prod-deps"
            extras |= more
    return replaced, tuple(sorted(extras))


def _extras(folder: str, evidence: Evidence, original: ImageFiles) -> set[str]:
    """What production's own installation does not give: what a later step wrote, and what has to stay."""
    layers: Counter[int] = Counter()
    kept = [
        path
        for path in evidence.made
        if path.startswith(folder + "/")
        and path not in evidence.reasons
        and original.entries[path].type != "dir"
    ]
    for path in kept:
        layers[evidence.made[path]] += 1
    if not layers:
        return set()
    usual = layers.most_common(1)[0][0]
    found = {_top(path, folder) for path in kept if evidence.made[path] != usual}
    names = {name for name, _ in evidence.waivers}
    links = {
        path
        for path in kept
        if path.startswith(f"{folder}/.bin/")
        and (match := re.match(r"\.\./((?:@[^/]+/)?[^/]+)/", original.entries[path].link))
        and match[1] in names
    }
    return found | links | {f"{folder}/{name}" for name in names if f"{folder}/{name}" in original.entries}


def _top(path: str, folder: str) -> str:
    parts = path[len(folder) + 1 :].split("/")
    return f"{folder}/" + "/".join(parts[: 2 if parts[0].startswith("@") else 1])
