"""From the engine to evidence: the built original, its base, and the base that production is to stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from stagewright.design.restage import Original, Target, target_base
from stagewright.dockerfile import Dockerfile, Stage
from stagewright.dockerfile.scope import expanded_base
from stagewright.engine import BuildEvent, BuildRequest, BuiltImage, Engine, EngineRefused
from stagewright.errors import StagewrightError
from stagewright.evidence.dpkg import read_packages
from stagewright.evidence.judge import learn
from stagewright.evidence.tree import ImageTree, read_tree
from stagewright.model.evidence import Evidence
from stagewright.model.project import Project
from stagewright.model.request import BuildInputs

Watcher = Callable[[BuildEvent], None]


@dataclass(frozen=True, slots=True)
class Learned:
    """The built original and what it told; `base` is None for one that stands on scratch."""

    image: BuiltImage
    tree: ImageTree
    base_name: str
    base: ImageTree | None
    evidence: Evidence

    @property
    def original(self) -> Original:
        return Original(self.tree.files, self.base_name, self.evidence)


def learn_original(
    engine: Engine,
    request: BuildRequest,
    dockerfile: Dockerfile,
    stage: Stage,
    project: Project,
    inputs: BuildInputs,
    watcher: Watcher | None = None,
    observed: Callable[[BuiltImage], Iterable[str]] = lambda _: (),
) -> Learned:
    """Build it once and read it. Raises what the engine raises; BuildFailed where the original is broken."""
    image = engine.build(request, watcher)
    tree = read_tree(engine, image.ref)
    base_name = expanded_base(dockerfile, stage, dict(inputs.build_args))
    base = base_tree(engine, base_name)
    evidence = learn(tree, base, project, observed(image))
    return Learned(image, tree, base_name, base, evidence)


def base_tree(engine: Engine, name: str) -> ImageTree | None:
    """The files of a base; None for scratch."""
    if name == "scratch":
        return None
    ensure(engine, name)
    return read_tree(engine, name)


def ensure(engine: Engine, name: str) -> None:
    """Have the engine fetch an image that it lacks, by a build that adds nothing."""
    if not engine.exists(name):
        from pathlib import Path
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="stagewright-") as folder:
            engine.build(BuildRequest(Path(folder), dockerfile_text=f"FROM {name}\n", tag=name))


def choose_target(engine: Engine, learned: Learned) -> Target:
    """The smallest base that can be had; the original's own where there is none."""
    for name in dict.fromkeys((target_base(learned.base_name, _is_static(learned)), learned.base_name)):
        try:
            tree = base_tree(engine, name)
        except (StagewrightError, EngineRefused):
            continue
        if tree is not None:
            packages = read_packages(tree.files, tree.read_many)
            return Target(name, tree.files, frozenset(packages.installed))
    raise StagewrightError(
        f"{learned.base_name}: the base of the original cannot be read", "Build it once by hand."
    )


def _is_static(learned: Learned) -> bool:
    """Whether everything of the user's that stays and is a program is linked statically."""
    evidence, elf = learned.evidence, learned.tree.elf
    mine = [path for path in evidence.made if path in elf and path not in evidence.reasons]
    needs = bool(evidence.packages) or any(not need.path.endswith(".sh") for need in evidence.paths)
    return (
        bool(mine) and not needs and all(not elf[path].needed and not elf[path].interpreter for path in mine)
    )
