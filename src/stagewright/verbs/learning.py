"""The original, built once and read: what it holds, what of that production needs, and on which bases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from stagewright.design.bases import has_shell
from stagewright.design.production import Target
from stagewright.dockerfile import Stage, target_stage
from stagewright.engine import BuildEvent, BuildFailed, BuildRequest, BuiltImage, Engine
from stagewright.errors import UsageError
from stagewright.evidence.installed import read_packages
from stagewright.evidence.judge import learn
from stagewright.evidence.tree import ImageTree, read_tree
from stagewright.images import runtime_base, slim_variant
from stagewright.model.evidence import Evidence
from stagewright.model.image import ImageConfig
from stagewright.model.request import BuildInputs
from stagewright.verbs.loading import Loaded
from stagewright.verbs.sides import bottom

Watcher = Callable[[BuildEvent], None]
_BUILD_SECONDS = 3600.0
_NO_INPUTS = BuildInputs()


@dataclass(frozen=True, slots=True)
class Learned:
    """`base` is None for `scratch`. `targets` are bases for production, the smallest first."""

    stage: Stage
    base_name: str
    image: BuiltImage
    original: ImageTree
    base: ImageTree | None
    evidence: Evidence
    targets: tuple[Target, ...]

    @property
    def base_config(self) -> ImageConfig:
        return self.base.config if self.base else ImageConfig()


def learn_original(
    engine: Engine,
    loaded: Loaded,
    inputs: BuildInputs = _NO_INPUTS,
    *,
    timeout: float = _BUILD_SECONDS,
    on_progress: Watcher | None = None,
) -> Learned:
    """Build the original and read it. Raises what `Engine.build` and `read_tree` raise, and UsageError."""
    if loaded.dockerfile is None:
        raise UsageError("there is no Dockerfile to learn from", "Give one with -f.")
    stage = target_stage(loaded.dockerfile, inputs.target)
    name = bottom(loaded.dockerfile, stage, dict(inputs.build_args))
    request = BuildRequest(
        context=loaded.place.context,
        dockerfile=loaded.place.dockerfile,
        target=inputs.target,
        build_args=inputs.build_args,
        secrets=inputs.secrets,
        platform=inputs.platform,
        build_contexts=inputs.build_contexts,
        timeout=timeout,
    )
    image = engine.build(request, on_progress)
    original = read_tree(engine, image.ref)
    base = None if name == "scratch" else _base(engine, name, timeout)
    evidence = learn(original, base, loaded.project)
    return Learned(
        stage,
        name,
        image,
        original,
        base,
        evidence,
        _targets(engine, name, original, base, evidence, timeout),
    )


def _base(engine: Engine, name: str, timeout: float) -> ImageTree:
    """The image that FROM names; one that the builder has and the engine has not is fetched by a build."""
    if engine.exists(name):
        return read_tree(engine, name)
    with TemporaryDirectory(prefix="stagewright-") as folder:
        request = BuildRequest(Path(folder), dockerfile_text=f"FROM {name}\n", timeout=timeout)
        return read_tree(engine, engine.build(request).ref)


def _targets(
    engine: Engine,
    name: str,
    original: ImageTree,
    base: ImageTree | None,
    evidence: Evidence,
    timeout: float,
) -> tuple[Target, ...]:
    found = []
    for candidate in _names(name, original, evidence):
        try:
            tree = base if candidate == name and base else _base(engine, candidate, timeout)
        except BuildFailed:
            continue
        packages = read_packages(tree.files, tree.read_many)
        same = frozenset(
            path
            for path, entry in tree.entries.items()
            if (other := original.entries.get(path)) is None
            or (entry.type, entry.digest, entry.link) == (other.type, other.digest, other.link)
        )
        others = frozenset(tree.entries.keys() - same)
        installed = frozenset(packages.installed)
        found.append(
            Target(candidate, tree.config, same, others, installed, has_shell(candidate), packages.manager)
        )
    return tuple(found)


def _names(name: str, original: ImageTree, evidence: Evidence) -> tuple[str, ...]:
    """Smallest first: distroless for a static program, the slim sibling, the base itself."""
    kept = [path for path in original.elf if path in evidence.made and path not in evidence.reasons]
    static = bool(kept) and not any(
        original.elf[path].interpreter or original.elf[path].needed for path in kept
    )
    notes = original.read("/etc/alpine-release") or b""
    alpine = ".".join(notes.decode("ascii", "replace").strip().split(".")[:2])
    names = [runtime_base(name, static=True) if static else None, runtime_base(name, False, alpine)]
    names.append(slim_variant(name))
    return tuple(dict.fromkeys([*(one for one in names if one), name]))
