"""An existing Dockerfile with production in a stage of its own: the build as it was, and what runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from stagewright.design import stages
from stagewright.design.compiling import cache_after, with_cache
from stagewright.design.copies import Copy, CopyPlan, plan_copies, scattered
from stagewright.design.installing import MENDED, BuildStages, build_stages
from stagewright.design.kept import joined, kept_stages
from stagewright.design.production import (
    Target,
    can_install,
    configuration,
    files_and_packages,
    finds_more,
    machine_paths,
    missing_packages,
    needs_shell,
)
from stagewright.design.render import rendered
from stagewright.design.testing import like_build
from stagewright.design.written import comments_above, header, moved, newline, step_of, with_comments
from stagewright.dockerfile import Dockerfile, Stage, dependencies
from stagewright.ecosystems.base import Ecosystem
from stagewright.model.design import (
    STAGE_NAMES,
    Allowance,
    Content,
    Decline,
    Design,
    LeftBehind,
    StagePlan,
    Strategy,
)
from stagewright.model.evidence import Evidence
from stagewright.model.fact import UNSHOWN
from stagewright.model.image import ImageConfig, ImageFiles
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe

_MOST_COPIES = 40
_NO_SCANNER = (
    "There is no scanner stage, as asked for: one is made for a file of one stage whose ecosystem is known."
)
_NO_ARGS: Mapping[str, str] = {}
_TOOLS = frozenset(
    {"bash", "sh", "dash", "ash", "zsh", "node", "python", "python3", "bun", "irb", "iex", "ghci", "jshell"}
)


def restage(
    df: Dockerfile,
    stage: Stage,
    project: Project,
    evidence: Evidence,
    original: ImageFiles,
    base: ImageConfig,
    target: Target,
    ecosystem: Ecosystem | None,
    *,
    dockerfile_path: str = "Dockerfile",
    build_args: Mapping[str, str] = _NO_ARGS,
    mend: bool = True,
    prune: bool = True,
    plan: CopyPlan | None = None,
    scanner: str | None = None,
) -> Design | Decline:
    """The design on `target`; `base` is the configuration of the original's own base.

    `mend` and `prune` allow what the user's text does not say: what reads no source before it, and an
    installation of production's dependencies alone. The stages of a file that has several stay. `plan` says
    what comes along where the original's files are not known; `scanner` is `audit` or `snyk`.
    """
    if refused := refusal(df, stage, original.config):
        return refused
    if not evidence.made.keys() - evidence.reasons.keys():
        return Decline("nothing-made", "The instructions leave no file that production would need.")
    several = len(df.stages) > 1
    name = _name(df, stage)
    if several:
        build = kept_stages(df, project, original, ecosystem, build_args, mend=mend)
        stage = joined(df, stage, build_args)
    else:
        build = build_stages(
            df, stage, project, evidence, original, base, ecosystem, build_args, mend=mend, prune=prune
        )
        if build.mended:
            build = build.with_last(with_cache(df, stage, build.stages[-1], project, base))
    loose = [need.path for need in evidence.paths if need.path not in target.paths]
    builder = build.stages[-1].name

    def planned(evidence: Evidence) -> CopyPlan:
        found = plan_copies(original, evidence, loose, build.replaced, build.installed, builder=builder)
        return _with_extras(found, build.extras, original) if build.extras else found

    plan = plan or planned(evidence)
    parts = scattered(plan) if len(plan.copies) > _MOST_COPIES else {}
    whole = {folder: f"production needs {count} parts of it" for folder, count in parts.items()}
    if whole:
        evidence = evidence.keeping(whole)
        plan = planned(evidence)
    if refused := _impossible(evidence, target, plan):
        return refused
    scan = () if several else _scan(scanner, builder, project, ecosystem)
    read = evidence.variables | ({"PATH"} if finds_more(original.config, target, plan) else set())
    production = StagePlan(
        name,
        "Production: what runs, and nothing else",
        target.name,
        (
            *files_and_packages(evidence, target, plan),
            *configuration(df, stage, original.config, base, target, read),
        ),
        stage.platform or "",
    )
    work = () if several else _work(build, df, stage, project, base, ecosystem)
    plans = with_comments(
        df,
        () if several else comments_above(df, stage.instruction),
        (*build.stages, *work, *scan, production),
    )
    design = Design(
        strategy=_strategy(several, target),
        ecosystem=ecosystem.name if ecosystem else "",
        stages=plans,
        dockerfile_path=dockerfile_path,
        files={dockerfile_path: ""},
        targets=stages.targets(plans, project.name, dockerfile_path),
        left_behind=left_behind(evidence, original, target),
        moved=moved(df, plans),
        facts=evidence.facts,
        contents=_contents(plan, evidence, target),
        allows=_allows(evidence, target),
        waivers=evidence.waivers,
        notes=(*_notes(build, whole), *((_NO_SCANNER,) if scanner and not scan else ())),
        header=header(df),
        newline=newline(df),
        global_steps=tuple(step_of(df, one) for one in df.global_args),
        unshown=evidence.unshown,
    )
    return rendered(design)


def _strategy(several: bool, target: Target) -> Strategy:
    if several:
        return "improve"
    return "split" if target.has_shell else "artifact"


def refusal(df: Dockerfile, stage: Stage, config: ImageConfig) -> Decline | None:
    """Why a file whose image has the configuration is left as it is, whatever the image holds."""
    if stage.index != len(df.stages) - 1:
        name = stage.name or stage.index
        return Decline(
            "not-last",
            f"The target {name} is not the last stage, and what a plain build gives should stay the last.",
            f"Say so where a plain build is to give {name} from now on: --target {name} --last.",
        )
    if df.escape != "\\":
        return Decline("escape", f"It uses {df.escape} as its escape character, as Windows images do.")
    for reference in dependencies(df, df.stages[0]) if len(df.stages) == 1 else ():
        if reference.via != "from" and reference.name.lower() in STAGE_NAMES:
            return Decline(
                "stage-name", f"It copies from {reference.name}, which is also the name of a stage to be."
            )
    entry, cmd = config.entrypoint or (), config.cmd or ()
    # The entry point of official images starts what CMD names.
    wraps = len(entry) == 1 and entry[0].endswith("docker-entrypoint.sh") and cmd
    own = [word.rpartition("/")[2] for word in (*(() if wraps else entry), *cmd)]
    if not own or (len(own) == 1 and own[0] in _TOOLS):
        return Decline(
            "tool-chain",
            "Nothing is started but a shell or an interpreter: the image is its tool chain.",
            "Give the image a CMD that starts the application.",
        )
    return None


def _impossible(evidence: Evidence, target: Target, plan: CopyPlan) -> Decline | None:
    if not target.has_shell and needs_shell(evidence, target, plan):
        missing = ", ".join(need.name for need in missing_packages(evidence, target)) or "folders and links"
        return Decline("needs-shell", f"{target.name} has no shell, and production needs {missing}.")
    if missing_packages(evidence, target) and not can_install(target):
        missing = ", ".join(need.name for need in missing_packages(evidence, target))
        return Decline(
            "packages",
            f"Production needs {missing}, and packages are installed by apt-get or apk alone.",
            "Start production from a base that has them.",
        )
    if len(plan.copies) > _MOST_COPIES:
        return Decline("too-scattered", f"What production needs lies in {len(plan.copies)} places.")
    if paths := machine_paths(plan):
        return Decline(
            "machine-path",
            f"Production needs {paths[0]}, whose place is another one on other platforms.",
        )
    return None


def _with_extras(plan: CopyPlan, extras: tuple[str, ...], original: ImageFiles) -> CopyPlan:
    """After the dependencies of production alone: what their own installation does not give."""
    entries = [original.entries[path] for path in extras]
    found = [Copy((one.path,), "builder", one.type == "dir") for one in entries if one.type != "link"]
    links = tuple(one for one in entries if one.type == "link")
    first = max(index for index, copy in enumerate(plan.copies) if copy.stage == "prod-deps") + 1
    copies = (*plan.copies[:first], *found, *plan.copies[first:])
    return replace(plan, copies=copies, links=(*plan.links, *links))


def _name(df: Dockerfile, stage: Stage) -> str:
    """The user's own name of the stage stays a target."""
    if stage.name and (len(df.stages) > 1 or stage.name not in STAGE_NAMES):
        return stage.name
    taken = {one.name for one in df.stages} if len(df.stages) > 1 else set()
    return "production" if "production" not in taken else "final"


def _work(
    build: BuildStages,
    df: Dockerfile,
    stage: Stage,
    project: Project,
    base: ImageConfig,
    ecosystem: Ecosystem | None,
) -> tuple[StagePlan, ...]:
    """Tester and development, where the development dependencies that they need are known to be there."""
    recipe = ecosystem.recipe(project) if ecosystem else None
    if not isinstance(recipe, Recipe):
        return ()
    found = []
    if recipe.test and (build.replaced or recipe.test_alone):
        command, mounts = like_build(recipe, df, stage), cache_after(stage, build.stages[-1], project, base)
        found.append(stages.tester(command, "builder", copy_context=False, mounts=mounts))
    if build.replaced and (watch := stages.development(recipe, "deps")):
        found.append(watch)
    return tuple(found)


def _scan(
    tool: str | None, builder: str, project: Project, ecosystem: Ecosystem | None
) -> tuple[StagePlan, ...]:
    """On the builder, which has the manifests and what was installed from them."""
    recipe = ecosystem.recipe(project) if ecosystem else None
    if tool is None or not isinstance(recipe, Recipe):
        return ()
    plan = stages.scanner(recipe, builder, tool)
    return (plan,) if plan else ()


def left_behind(evidence: Evidence, original: ImageFiles, target: Target) -> tuple[LeftBehind, ...]:
    """What production does not get, by reason, the largest first."""
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    for path, entry in original.entries.items():
        if entry.type != "file":
            continue
        reason = None if path in target.paths and path not in evidence.made else evidence.reason_for(path)
        if reason is None:
            continue
        if path not in evidence.made and path not in evidence.unshown:
            sizes[("parts of the original's base", "nothing that stays needs them")] += entry.size
            continue
        name, colon, why = reason.why.partition(": ")
        by_name = reason.kind in ("development dependency", "package", UNSHOWN) and colon
        key = (
            (f"{reason.kind}: {name}", why)
            if by_name
            else (_PLURAL.get(reason.kind, reason.kind), reason.why)
        )
        sizes[key] += entry.size
    rows = [LeftBehind(what, why, size) for (what, why), size in sizes.items()]
    return tuple(sorted(rows, key=lambda row: (-(row.size or 0), row.what)))


_PLURAL = {
    "cache": "caches",
    "log": "logs",
    "build file": "files of the build",
    "build tool": "build tools",
}


def _allows(evidence: Evidence, target: Target) -> tuple[Allowance, ...]:
    """What packages that stay behind had changed in the base, `/etc/alternatives` for one, is as before."""
    return tuple(
        Allowance("changed", path, f"{reason.kind}: {reason.why}")
        for path, reason in evidence.reasons.items()
        if path in target.others
        and reason.kind in ("package", "installer state", UNSHOWN)
        and not path.startswith("/etc/ssl/")
    )


def _contents(plan: CopyPlan, evidence: Evidence, target: Target) -> tuple[Content, ...]:
    rows = [Content(path, _what(copy)) for copy in plan.copies for path in copy.paths]
    rows += [
        Content(f"package {need.name}", need.why)
        for need in evidence.packages
        if need.name not in target.packages
    ]
    return tuple(rows)


def _what(copy: Copy) -> str:
    parts = copy.paths[0].split("/")
    if {"node_modules", "site-packages", ".venv", "venv"} & set(parts):
        return "dependencies"
    return (
        "the application's own files" if not copy.paths[0].startswith(("/etc", "/usr/local")) else "installed"
    )


def _notes(build: BuildStages, whole: Mapping[str, str]) -> tuple[str, ...]:
    """`whole`: folders of dependencies that come along as they are → why."""
    kept = (f"{folder} comes along whole, development included: {why}." for folder, why in whole.items())
    return (*((MENDED,) if build.mended else ()), *kept)
