"""One side of a comparison: a Dockerfile that is built in the context, or an image that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from stagewright.dockerfile import Dockerfile, Stage, expanded_base, lineage, reachable, target_stage
from stagewright.engine import BuildEvent, BuildFailed, BuildRequest, BuiltImage, Engine
from stagewright.errors import UsageError
from stagewright.evidence.tree import ImageTree, read_tree
from stagewright.model.request import BuildInputs, Place
from stagewright.shell import gates
from stagewright.verbs.loading import load

Watcher = Callable[[BuildEvent], None]


@dataclass(frozen=True, slots=True)
class Named:
    """What the user names as a side. `request` and `dockerfile` are None for an image."""

    name: str
    request: BuildRequest | None
    dockerfile: Dockerfile | None


@dataclass(frozen=True, slots=True)
class Made:
    """A side as it stands in the engine; `base` is None for scratch, and for an image that was only named."""

    named: Named
    ref: str
    build: BuiltImage | None
    tree: ImageTree
    base_name: str
    base: ImageTree | None
    gated: bool | None


def name_side(text: str, context: Path, inputs: BuildInputs) -> Named:
    """A file that exists, from the current folder or the context, is a Dockerfile; else it is an image."""
    for path in (Path(text), context / text):
        if path.is_file():
            return dockerfile_side(path, context, inputs)
    if text.startswith((".", "/")) or Path(text).is_dir():
        raise UsageError(f"{text}: no such Dockerfile", "Give a file, or an image's reference.")
    return Named(text, None, None)


def dockerfile_side(path: Path, context: Path, inputs: BuildInputs) -> Named:
    """Raises UsageError for what cannot be read, DockerfileSyntaxError for what BuildKit would refuse."""
    dockerfile = load(Place(context, path)).dockerfile
    assert dockerfile is not None  # noqa: S101
    return Named(str(path), request_of(context, inputs, path), dockerfile)


def text_side(name: str, dockerfile: Dockerfile, context: Path, inputs: BuildInputs) -> Named:
    """A Dockerfile that lies nowhere."""
    request = request_of(context, inputs, None)
    return Named(name, replace(request, dockerfile_text=dockerfile.text), dockerfile)


def request_of(context: Path, inputs: BuildInputs, path: Path | None) -> BuildRequest:
    return BuildRequest(
        context,
        dockerfile=path,
        target=inputs.target,
        build_args=inputs.build_args,
        secrets=inputs.secrets,
        platform=inputs.platform,
        build_contexts=inputs.build_contexts,
    )


def make(engine: Engine, named: Named, watcher: Watcher | None = None) -> Made:
    """Build it, or fetch it, and read it. Raises what the engine raises; UsageError for an unknown image."""
    if named.request is None or named.dockerfile is None:
        ref = fetched(engine, named.name)
        return Made(named, ref, None, read_tree(engine, ref), "", None, None)
    build = engine.build(named.request, watcher)
    stage = target_stage(named.dockerfile, named.request.target)
    base_name = bottom(named.dockerfile, stage, dict(named.request.build_args))
    known = base_name not in dict(named.request.build_contexts)
    external = known and base_name not in ("", "scratch")
    base = read_tree(engine, fetched(engine, base_name)) if external else None
    gated = is_gated(named.dockerfile, named.request)
    return Made(named, build.ref, build, read_tree(engine, build.ref), base_name, base, gated)


def on_known_base(engine: Engine, side: Made, other: Named) -> Made:
    """An image that was only named, on the base that it shares with the other side's Dockerfile, if any."""
    if side.named.request is not None or other.dockerfile is None:
        return side
    digests = [layer.digest for layer in side.tree.layers]
    best = side
    for name in external_bases(other):
        layers = engine.layers(fetched(engine, name))
        shared = bool(layers) and digests[: len(layers)] == [layer.digest for layer in layers]
        if shared and len(layers) < len(digests) and len(layers) > len(best.base.layers if best.base else ()):
            best = replace(side, base_name=name, base=read_tree(engine, fetched(engine, name)))
    return best


def external_bases(named: Named) -> tuple[str, ...]:
    """The images at the bottom of a Dockerfile's stages, in order."""
    if named.dockerfile is None or named.request is None:
        return ()
    arguments, contexts = dict(named.request.build_args), dict(named.request.build_contexts)
    names = (bottom(named.dockerfile, stage, arguments) for stage in named.dockerfile.stages)
    return tuple(
        dict.fromkeys(name for name in names if name not in contexts and name not in ("", "scratch"))
    )


def fetched(engine: Engine, name: str) -> str:
    """A reference by which the engine knows an image; one that it lacks is fetched by a build of its own.

    Raises UsageError for an image that cannot be had, RegistryFault for a passing fault.
    """
    if engine.exists(name):
        return name
    with TemporaryDirectory(prefix="stagewright-") as folder:
        try:
            return engine.build(BuildRequest(Path(folder), dockerfile_text=f"FROM {name}\n")).ref
        except BuildFailed as error:
            raise UsageError(
                f"{name}: neither a file nor an image that can be had",
                "Give a Dockerfile, or the reference of an image.",
            ) from error


def bottom(dockerfile: Dockerfile, stage: Stage, arguments: Mapping[str, str]) -> str:
    """The image at the bottom of a stage, through the stages between."""
    return expanded_base(dockerfile, lineage(dockerfile, stage, arguments)[0], arguments)


def is_gated(dockerfile: Dockerfile, request: BuildRequest) -> bool | None:
    """Whether the build runs a stage that tests or scans; None where the file has none."""
    found = gates(dockerfile)
    if not found:
        return None
    contexts = dict(request.build_contexts)
    built = reachable(dockerfile, request.target, dict(request.build_args), contexts)
    return any(stage in built for stage in found)
