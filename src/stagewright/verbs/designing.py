"""`design`: the Multi-Stage Build Design, from an engine's evidence or from the text alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import replace

from stagewright.design.contents import measured
from stagewright.design.textual import from_dockerfile
from stagewright.dockerfile import Dockerfile, Stage, expanded_base, target_stage
from stagewright.ecosystems.registry import find
from stagewright.engine import BuildFailed, Engine
from stagewright.evidence.bold import learn_boldly
from stagewright.evidence.sizes import measure
from stagewright.evidence.tree import read_tree
from stagewright.model.design import Decline, Design
from stagewright.model.image import ImageConfig
from stagewright.model.request import BuildInputs
from stagewright.verbs.boldly import boldly
from stagewright.verbs.candidates import Restaging, context_of
from stagewright.verbs.ignoring import ignore_text
from stagewright.verbs.in_place import hardens, moved_to_the_end, unmoved, with_last
from stagewright.verbs.learning import learn_original
from stagewright.verbs.loading import Loaded
from stagewright.verbs.search import Source
from stagewright.verbs.settings import MinSaving
from stagewright.verbs.sides import Watcher, request_of
from stagewright.verbs.templating import template
from stagewright.verbs.worth import too_little

_MIN_SAVING = MinSaving()
_UNMEASURED = frozenset({"tester", "scanner", "development"})


def from_text(
    loaded: Loaded, names: Set[str] | None, scanner: str | None, inputs: BuildInputs, *, last: bool = False
) -> Design | Decline:
    """What the text alone justifies: no engine, no network, no sizes."""
    if loaded.dockerfile is None:
        return template(loaded, names, scanner)
    stage = target_stage(loaded.dockerfile, inputs.target)
    moved = moved_to_the_end(loaded.dockerfile, stage, loaded, inputs) if last else None
    design = moved or _from_stage(loaded.dockerfile, stage, loaded, inputs, scanner)
    if isinstance(design, Decline):
        return design
    from stagewright.design.hardenings import harden

    return harden(
        design, names or frozenset(), context_of(loaded, ImageConfig(workdir=design_workdir(design)), None)
    )


def _from_stage(
    dockerfile: Dockerfile, stage: Stage, loaded: Loaded, inputs: BuildInputs, scanner: str | None
) -> Design | Decline:
    if len(dockerfile.stages) > 1:
        return Decline(
            "multi-stage",
            "It has several stages already, and what each gives to the last is known when they are built.",
            "With an engine, `stagewright design` says what can stay behind.",
        )
    build_args = dict(inputs.build_args)
    return from_dockerfile(
        dockerfile,
        stage,
        expanded_base(dockerfile, stage, build_args),
        loaded.project,
        find(loaded.project),
        build_args=build_args,
        dockerfile_path=loaded.name,
        scanner=scanner,
    )


def design_workdir(design: Design) -> str:
    """The WORKDIR of production, as its steps say it."""
    found = [
        step.text.split(None, 1)[1] for step in design.production.steps if step.text.startswith("WORKDIR ")
    ]
    return found[-1] if found else "/"


def from_engine(
    engine: Engine,
    loaded: Loaded,
    names: Set[str] | None,
    scanner: str | None,
    inputs: BuildInputs,
    say: Callable[[str], None] = lambda _: None,
    watcher: Watcher | None = None,
    *,
    min_saving: MinSaving = _MIN_SAVING,
    bold: bool = False,
    last: bool = False,
) -> Design | Decline:
    """The design with what the built original shows, its stages built and measured; nothing is run.

    An existing file is declined where the design would save less than `min_saving`, as `apply` declines it.
    """
    if loaded.dockerfile is None:
        design = template(loaded, names, scanner)
        if isinstance(design, Decline):
            return design
        say("building and measuring its stages")
        return _measured(engine, loaded, design, inputs, watcher)
    say("building the original")
    learned = learn_original(engine, loaded, inputs, on_progress=watcher)
    restaging = Restaging(loaded, inputs, learned, learned.evidence, None, scanner)
    source: Source = restaging
    if moved := with_last(restaging, loaded.dockerfile) if last else None:
        source = moved
    elif bold:
        source = boldly(
            restaging,
            lambda named: learn_boldly(learned.original, learned.base, loaded.project, sorted(named)),
        )
    chosen = frozenset(names or ())
    design = _first(source, chosen)
    if isinstance(design, Decline):
        return design
    say("building and measuring its stages")
    found = _measured(engine, loaded, design, inputs, watcher)
    before, after = measure(learned.original.layers, ()).total, found.production.size
    decline = None if after is None or last else too_little(min_saving, before, after)
    if decline and (kept := unmoved(restaging, loaded.dockerfile, chosen)):
        design = _first(kept, chosen)
        return design if isinstance(design, Decline) else _measured(engine, loaded, design, inputs, watcher)
    return decline if decline and not hardens(found) else found


def _first(source: Source, names: Set[str]) -> Design | Decline:
    """The first design, hardened; the first Decline where there is none."""
    declines = []
    for found in source.designs():
        if isinstance(found, Design):
            return source.hardened(found, names)
        declines.append(found)
    return declines[0]


def _measured(
    engine: Engine, loaded: Loaded, design: Design, inputs: BuildInputs, watcher: Watcher | None
) -> Design:
    """Sizes of the stages that production comes from; a stage that cannot be built stays unmeasured."""
    sizes: dict[str, int] = {}
    contents = design.contents
    for stage in design.stages:
        if stage.name in _UNMEASURED:
            continue
        request = replace(
            request_of(loaded.place.context, inputs, None),
            dockerfile_text=design.dockerfile,
            ignore_text=ignore_text(loaded, design),
            target=stage.name,
        )
        try:
            tree = read_tree(engine, engine.build(request, watcher).ref)
        except BuildFailed:
            continue
        sizes[stage.name] = measure(tree.layers, ()).total
        if stage is design.stages[-1]:
            contents = measured(contents, tree.files)
    return _with_sizes(replace(design, contents=contents), sizes)


def _with_sizes(design: Design, sizes: Mapping[str, int]) -> Design:
    stages = tuple(replace(stage, size=sizes.get(stage.name)) for stage in design.stages)
    return replace(design, stages=stages, sizes=dict(sizes))
