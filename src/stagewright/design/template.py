"""The multi-stage file of a project that has no Dockerfile, from what its ecosystem knows."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from stagewright.design import instructions, nginx, stages
from stagewright.design.hardenings import start
from stagewright.design.ignore_file import default_lines, ignore_path, merged
from stagewright.design.render import rendered
from stagewright.design.testing import like_own_build
from stagewright.model.design import (
    Allowance,
    Content,
    Design,
    Hardening,
    LeftBehind,
    StagePlan,
    Step,
)
from stagewright.model.fact import Fact
from stagewright.model.project import Project
from stagewright.model.recipe import Output, Recipe

# Of MIME types: the base that the recipe chooses has none, and nobody relied on the other one's.
_TABLES = ("/etc/mime.types", "/usr/share/mime/globs2")

# Installations that only read their manifests, which therefore need not become a layer.
_READS_ONLY = re.compile(r"\bnpm ci\b|--frozen-lockfile|--locked|\bpip install\b.* -r |\bgo mod download\b")


def from_recipe(
    recipe: Recipe, project: Project, dockerfile_path: str = "Dockerfile", *, scanner: str | None = None
) -> Design:
    """The design before hardenings that need more than the recipe (`user`, `health`, `gate`).

    `scanner` is `audit` (the ecosystem's own tool) or `snyk`.
    """
    plans = _stages(recipe, project, scanner)
    users = project.texts.get(".dockerignore", "")
    ignore = merged(default_lines(project, recipe, dockerfile_path), users)
    design = Design(
        strategy="recipe",
        ecosystem=recipe.ecosystem,
        stages=plans,
        dockerfile_path=dockerfile_path,
        files={dockerfile_path: "", ignore_path(dockerfile_path, own=False): ignore},
        targets=stages.targets(plans, project.name, dockerfile_path),
        left_behind=_left_behind(recipe),
        hardenings=_inherent(recipe),
        facts=_facts(recipe),
        contents=_contents(recipe),
        allows=_allows(recipe),
        notes=recipe.notes,
        naive=recipe.naive,
    )
    return rendered(design)


def _stages(recipe: Recipe, project: Project, scanner: str | None) -> tuple[StagePlan, ...]:
    plans: list[StagePlan] = []
    top = recipe.builder_image
    if recipe.install and recipe.install_production:
        plans.append(
            _prepared(StagePlan("base", "What the stages that install and build share", top), recipe)
        )
        top = "base"
    prepared = bool(plans)
    if recipe.install:
        deps = StagePlan("deps", "Dependencies, those for development included", top)
        if not recipe.install_production:
            deps = _prepared(StagePlan("deps", "Dependencies", top), recipe)
        plans.append(_installing(deps, recipe, project, recipe.install))
        top, prepared = "deps", True
    if recipe.install_production:
        plan = StagePlan("prod-deps", "Dependencies of production alone", "base" if recipe.install else top)
        plans.append(
            _installing(
                plan if prepared else _prepared(plan, recipe), recipe, project, recipe.install_production
            )
        )
    dependencies = top
    if recipe.build:
        builder = StagePlan("builder", "Build", top)
        plans.append(_building(builder if prepared else _prepared(builder, recipe), recipe, project))
        top, prepared = "builder", True
    if recipe.test:
        mounts = _later_caches(recipe, project)
        plans.append(stages.tester(like_own_build(recipe), top, copy_context=True, mounts=mounts))
    if scanner and (plan_of_scan := stages.scanner(recipe, _with_manifests(recipe, top), scanner)):
        plans.append(plan_of_scan)
    if watch := stages.development(recipe, dependencies):
        plans.append(watch)
    plans.append(_production(recipe, project))
    return tuple(plans)


def _prepared(stage: StagePlan, recipe: Recipe) -> StagePlan:
    steps = []
    if recipe.builder_env:
        steps.append(Step(instructions.env(recipe.builder_env)))
    if recipe.build_packages:
        steps.append(Step(instructions.apt_install(recipe.build_packages)))
    return stage.with_steps(*steps, Step(f"WORKDIR {recipe.workdir}"))


def _installing(stage: StagePlan, recipe: Recipe, project: Project, command: str) -> StagePlan:
    """Manifests come before the source, so that an edit of the source leaves this layer in the cache."""
    mounts = _caches(recipe, project)
    bound = _READS_ONLY.search(command) and all(map(instructions.bindable, recipe.manifests))
    if bound:
        mounts += [instructions.bind(path) for path in recipe.manifests]
        return stage.with_steps(Step(instructions.run(command, mounts)))
    return stage.with_steps(*_copies(recipe.manifests, project), Step(instructions.run(command, mounts)))


def _building(stage: StagePlan, recipe: Recipe, project: Project) -> StagePlan:
    paths = () if "." in recipe.sources else (*recipe.manifests, *recipe.sources)
    mounts = _later_caches(recipe, project)
    return stage.with_steps(
        *(Step(f"ARG {name}") for name in recipe.build_args),
        *(_copies(paths, project) if paths else (Step(instructions.copy((".",), "./")),)),
        *(Step(instructions.run(command, mounts)) for command in recipe.build),
    )


def _production(recipe: Recipe, project: Project) -> StagePlan:
    steps: list[Step] = []
    if recipe.runtime_packages:
        steps.append(Step(instructions.apt_install(recipe.runtime_packages)))
    if recipe.runtime_env:
        steps.append(Step(instructions.env(recipe.runtime_env)))
    if not nginx.serves(recipe.runtime_image):
        steps.append(Step(f"WORKDIR {recipe.workdir}"))
    steps.extend(
        Step(instructions.copy((output.source,), output.destination, stage=output.stage))
        for output in _outputs(recipe)
    )
    steps += _copies(recipe.runtime_files, project)
    if nginx.serves(recipe.runtime_image):
        steps.append(nginx.site(recipe.port or nginx.PORT))
    if recipe.port is not None:
        steps.append(Step(f"EXPOSE {recipe.port}"))
    if recipe.start:
        steps.append(Step(f"CMD {instructions.exec_form(recipe.start)}"))
    return StagePlan(
        "production", "Production: what runs, and nothing else", recipe.runtime_image, tuple(steps)
    )


def _outputs(recipe: Recipe) -> tuple[Output, ...]:
    """Dependencies first: they change least. What the build gives at the same place wins."""
    given = {output.destination for output in recipe.outputs}
    stage = "prod-deps" if recipe.install_production else "deps"
    installed = tuple(
        Output(stage, path, path, "dependencies") for path in recipe.dependencies if path not in given
    )
    return installed + recipe.outputs


def _copies(paths: tuple[str, ...], project: Project) -> tuple[Step, ...]:
    """The fewest COPYs that keep every path's place: files of one folder share one, a folder has its own."""
    files: dict[str, list[str]] = {}
    folders = []
    for path in dict.fromkeys(path.rstrip("/") for path in paths):
        if project.has(path) or path == ".":
            parent = str(PurePosixPath(path).parent) if path != "." else "."
            files.setdefault("./" if parent == "." else f"./{parent}/", []).append(path)
        else:
            folders.append(path)
    steps = [Step(instructions.copy(names, target)) for target, names in files.items()]
    return (*steps, *(Step(instructions.copy((path,), f"./{path}")) for path in folders))


def _caches(recipe: Recipe, project: Project) -> list[str]:
    prefix = instructions.cache_name(project.name, recipe.ecosystem)
    names = [
        prefix if len(recipe.caches) == 1 else f"{prefix}-{number}"
        for number, _ in enumerate(recipe.caches, 1)
    ]
    return [instructions.cache(name, path) for name, path in zip(names, recipe.caches, strict=True)]


def _later_caches(recipe: Recipe, project: Project) -> list[str]:
    """An installation that only downloads leaves the dependencies in the caches: who builds needs those."""
    return _caches(recipe, project) if "download" in recipe.install else []


def _with_manifests(recipe: Recipe, top: str) -> str:
    return top if recipe.build else "deps"


def _contents(recipe: Recipe) -> tuple[Content, ...]:
    rows = [Content(output.destination, output.what or "built") for output in _outputs(recipe)]
    for path in recipe.runtime_files:
        place = recipe.workdir if path == "." else f"{recipe.workdir.rstrip('/')}/{path.rstrip('/')}"
        rows.append(Content(place, "the application's own code and data"))
    return tuple(rows)


def _left_behind(recipe: Recipe) -> tuple[LeftBehind, ...]:
    rows = []
    if recipe.builder_image != recipe.runtime_image:
        rows.append(LeftBehind(f"the tool chain of {recipe.builder_image}", "it builds; nothing of it runs"))
    if recipe.install_production:
        rows.append(LeftBehind("development dependencies", "the manifest marks them as such"))
    if recipe.build and "." not in recipe.runtime_files:
        rows.append(LeftBehind("source", "its output runs"))
    if recipe.caches:
        rows.append(LeftBehind("caches of the package manager", "they live in cache mounts"))
    if recipe.test:
        rows.append(LeftBehind("tests", "the tester runs them"))
    return tuple(rows)


def _inherent(recipe: Recipe) -> tuple[Hardening, ...]:
    """What the recipe itself decides otherwise than the file that people write."""
    on = []
    if nginx.serves(recipe.runtime_image):
        on.append(nginx.HARDENING)
    config = ("cmd", "entrypoint", "stopsignal")
    on.append(
        Hardening(
            "start",
            True,
            "The program is process 1 itself: no package manager stands between it and signals.",
            allows=(
                *(Allowance("config", subject, "start") for subject in config),
                *(Allowance("behaviour", subject, "start") for subject in start.CHANGES),
            ),
        )
    )
    if recipe.runtime_env:
        names = [name for name, _ in recipe.runtime_env]
        on.append(
            Hardening(
                "env",
                True,
                f"Production's own settings: {', '.join(names)}.",
                allows=tuple(Allowance("config", f"env:{name}", "env") for name in names),
            )
        )
    if recipe.port is not None:
        on.append(
            Hardening(
                "expose",
                True,
                f"The port that the program listens on, {recipe.port}, is declared.",
                allows=(Allowance("config", "exposed", "expose"),),
            )
        )
    return tuple(on)


def _facts(recipe: Recipe) -> tuple[Fact, ...]:
    evidence = recipe.manifests[0] if recipe.manifests else "the project's files"
    pairs = [
        ("project", "ecosystem", recipe.ecosystem),
        ("project", "install", recipe.install),
        ("project", "build", " && ".join(recipe.build)),
        ("project", "start", " ".join(recipe.start)),
        ("project", "test", recipe.test),
        ("project", "port", "" if recipe.port is None else str(recipe.port)),
    ]
    return tuple(Fact(subject, kind, value, "text", evidence) for subject, kind, value in pairs if value)


def _allows(recipe: Recipe) -> tuple[Allowance, ...]:
    """Places that the recipe chooses otherwise than the file that people write, and what only installs."""
    prefix = recipe.workdir.rstrip("/") + "/"
    moved = [output.destination for output in _outputs(recipe) if not output.destination.startswith(prefix)]
    read_once = [prefix + path for path in recipe.manifests if path not in recipe.runtime_files]
    return (
        *(Allowance("added", place, "recipe") for path in moved for place in (path, path.rstrip("/") + "/")),
        *(Allowance("missing", path, "recipe") for path in read_once),
        *(Allowance("missing", path, "recipe") for path in _TABLES),
    )
