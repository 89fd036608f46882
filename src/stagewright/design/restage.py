"""The restage of an existing single stage: what builds stays, production gets what evidence keeps."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from stagewright.design import instructions, stages
from stagewright.design.configuration import configuration_steps
from stagewright.design.copies import Copying, plan
from stagewright.design.order import Ordered, ordered
from stagewright.design.original import verbatim
from stagewright.design.render import rendered
from stagewright.dockerfile import Dockerfile, Stage
from stagewright.ecosystems.base import Ecosystem
from stagewright.images import runtime_base, slim_variant
from stagewright.model.design import Content, Decline, Design, LeftBehind, Moved, StagePlan, Step
from stagewright.model.evidence import Evidence
from stagewright.model.fact import Need
from stagewright.model.image import Entry, ImageFiles
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe

BUILDER = "builder"
_DELETIONS = 20


@dataclass(frozen=True, slots=True)
class Original:
    """The built original: its files, and those of the base that its stage names."""

    files: ImageFiles
    base: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Target:
    """The base that production is to stand on; `packages` are the distribution's, by name."""

    name: str
    files: ImageFiles
    packages: frozenset[str]

    @property
    def has_apt(self) -> bool:
        return any(path in self.files.entries for path in ("/usr/bin/apt-get", "/bin/apt-get"))


def target_base(base: str, static: bool) -> str:
    """The smallest existing base of the same family and release; the base itself where none is known."""
    return slim_variant(base) or runtime_base(base, static) or base


def restage(
    dockerfile: Dockerfile,
    stage: Stage,
    project: Project,
    original: Original,
    target: Target,
    ecosystem: Ecosystem | None,
    *,
    dockerfile_path: str = "Dockerfile",
    mend_order: bool = True,
) -> Design | Decline:
    """The design before hardenings. `mend_order` puts dependencies before the source where that is clear."""
    evidence = original.evidence
    entries = original.files.entries
    packages = [need for need in evidence.packages if need.name not in target.packages]
    if packages and not target.has_apt:
        names = ", ".join(need.name for need in packages)
        return Decline("no-package-manager", f"{target.name} has no package manager to install {names} with.")
    deletions = _deletions(evidence, target)
    if len(deletions) > _DELETIONS:
        return Decline(
            "many-deletions",
            f"The original deletes {len(deletions)} paths of its base that {target.name} has too.",
        )
    order = ordered(dockerfile, stage, project, ecosystem, mend=mend_order, prune=_prunes(evidence))
    kept = _kept(original, target)
    from_dependencies = {path for path in kept if order.prod_deps and _in_dependencies(path, order, evidence)}
    copying = plan(kept - from_dependencies, entries)
    config = configuration_steps(dockerfile, stage, original.files.config, target.files.config, evidence)
    steps = [
        *config.first,
        *([_packages_step(packages)] if packages else []),
        *_deletion_steps(deletions),
        *_copy_steps(copying),
        *_dependency_steps(from_dependencies, order),
        *config.last,
    ]
    production = StagePlan("production", "Production: what runs, and nothing else", target.name, tuple(steps))
    recipe = ecosystem.recipe(project) if ecosystem else None
    plans = (*order.stages, *_side_stages(recipe, order), production)
    design = Design(
        strategy="recipe" if order.prod_deps else "split",
        ecosystem=ecosystem.name if ecosystem else "",
        stages=plans,
        dockerfile_path=dockerfile_path,
        files={dockerfile_path: ""},
        targets=stages.targets(plans, project.name, dockerfile_path),
        left_behind=_left_behind(original, target),
        moved=_moved(dockerfile, stage, plans),
        facts=evidence.facts,
        contents=_contents(copying, from_dependencies),
        allows=config.allows,
        waivers=tuple((f"development dependency {name}", why) for name, why in evidence.waivers),
        header=tuple(f"# {item.name}={item.value}" for item in dockerfile.directives),
        global_steps=tuple(verbatim(dockerfile, item) for item in dockerfile.global_args),
    )
    return rendered(design)


def _kept(original: Original, target: Target) -> set[str]:
    """The user's paths without a reason to go, and needed paths that the target does not have alike."""
    evidence, there = original.evidence, target.files.entries
    kept = {path for path in evidence.made if path not in evidence.reasons}
    for need in evidence.paths:
        path = need.path
        if not _alike(original.files.entries[path], there.get(path)):
            kept.add(path)
    return {path for path in kept if not _alike(original.files.entries[path], there.get(path))}


def _alike(entry: Entry, other: Entry | None) -> bool:
    return other is not None and all(
        getattr(entry, name) == getattr(other, name)
        for name in ("type", "mode", "uid", "gid", "digest", "link", "xattrs")
    )


def _prunes(evidence: Evidence) -> bool:
    return any(reason.kind == "development dependency" for reason in evidence.reasons.values())


def _in_dependencies(path: str, order: Ordered, evidence: Evidence) -> bool:
    """Whether the production installation brings a path; waived packages come from the builder."""
    prefix = f"{order.workdir.rstrip('/')}/node_modules"
    if path == prefix:
        return True
    if not path.startswith(prefix + "/"):
        return False
    return not any(
        path == f"{prefix}/{name}" or path.startswith(f"{prefix}/{name}/") for name, _ in evidence.waivers
    )


def _packages_step(packages: Sequence[Need]) -> Step:
    reasons = "; ".join(f"{need.name}: {need.why}" for need in packages)
    return Step(instructions.apt_install(need.name for need in packages), reason=reasons)


def _deletions(evidence: Evidence, target: Target) -> tuple[str, ...]:
    gone = sorted(
        path
        for path in evidence.deleted
        if path in target.files.entries and path not in (evidence.packaged or {})
    )
    return tuple(path for path in gone if posixpath.dirname(path) not in gone)


def _deletion_steps(paths: Sequence[str]) -> list[Step]:
    if not paths:
        return []
    return [Step("RUN rm -rf " + " \\\n    ".join(paths), reason="the original deletes them")]


def _copy_steps(copying: Copying) -> list[Step]:
    steps = [
        Step(
            instructions.copy((folder,), folder, stage=BUILDER), reason="made by the original's instructions"
        )
        for folder in copying.folders
    ]
    for folder, files in sorted(copying.files.items()):
        steps.append(
            Step(
                instructions.copy(files, folder.rstrip("/") + "/", stage=BUILDER),
                reason="made by the original's instructions",
            )
        )
    if copying.links:
        commands = [
            f"mkdir -p {posixpath.dirname(path)} && ln -sfn {link} {path}"
            for path, link in sorted(copying.links.items())
        ]
        steps.append(Step("RUN " + " \\\n    && ".join(commands), reason="links, which COPY would follow"))
    return steps


def _dependency_steps(paths: set[str], order: Ordered) -> list[Step]:
    if not paths:
        return []
    folder = f"{order.workdir.rstrip('/')}/node_modules"
    return [
        Step(
            instructions.copy((folder,), folder, stage="prod-deps"),
            reason="dependencies without those for development",
        )
    ]


def _side_stages(recipe: object, order: Ordered) -> list[StagePlan]:
    if not isinstance(recipe, Recipe) or not order.has_source:
        return []
    found = []
    if recipe.test:
        found.append(stages.tester(recipe.test, BUILDER, copy_context=False))
    if order.deps and (watch := stages.development(recipe, order.deps)):
        found.append(watch)
    return found


def _left_behind(original: Original, target: Target) -> tuple[LeftBehind, ...]:
    sizes: dict[tuple[str, str], int] = {}
    for path, reason in original.evidence.reasons.items():
        what = (
            reason.why.partition(":")[0]
            if reason.kind in ("development dependency", "package")
            else reason.kind
        )
        key = (f"{reason.kind} {what}" if what != reason.kind else reason.kind, reason.why)
        sizes[key] = sizes.get(key, 0) + original.files.entries[path].size
    rows = [LeftBehind(what, why, size) for (what, why), size in sizes.items()]
    rows.sort(key=lambda row: (-(row.size or 0), row.what))
    if target.name != original.base:
        full = sum(
            entry.size for path, entry in original.files.entries.items() if path not in original.evidence.made
        )
        slim = sum(entry.size for entry in target.files.entries.values())
        rows.insert(
            0,
            LeftBehind(
                f"what {original.base} has beyond {target.name}",
                "nothing that stays needs it",
                max(0, full - slim),
            ),
        )
    return tuple(rows)


def _moved(dockerfile: Dockerfile, stage: Stage, plans: Sequence[StagePlan]) -> tuple[Moved, ...]:
    rows = []
    for instruction in (*dockerfile.global_args, stage.instruction, *stage.instructions):
        where = tuple(
            plan.name for plan in plans if any(instruction.line in step.origins for step in plan.steps)
        )
        text = dockerfile.text[instruction.span.start : instruction.span.end].split("\n", 1)[0]
        if instruction is stage.instruction:
            where = tuple(plan.name for plan in plans if plan.base == stage.base)
        if instruction in dockerfile.global_args:
            where = ("before the first stage",)
        rows.append(Moved(instruction.line, text, where, "" if where else "nothing that production needs"))
    return tuple(rows)


def _contents(copying: Copying, dependencies: set[str]) -> tuple[Content, ...]:
    rows = [Content(folder, "made by the original's instructions") for folder in copying.folders]
    rows += [
        Content(path, "made by the original's instructions")
        for files in copying.files.values()
        for path in files
    ]
    rows += [Content(path, "link") for path in copying.links]
    if dependencies:
        rows.append(Content(min(dependencies, key=len), "dependencies of production"))
    return tuple(rows)
