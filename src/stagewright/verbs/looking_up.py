"""What registries say of the bases of stages that were not measured."""

from __future__ import annotations

from dataclasses import replace

from stagewright.dockerfile import global_environment, parse
from stagewright.dockerfile.scope import expand, parent
from stagewright.images import Reference
from stagewright.images.compressed import Image, compressed_sizes
from stagewright.images.registry import LookUpFailed
from stagewright.model.design import Design
from stagewright.model.request import BuildInputs

_PLATFORM = "linux/amd64"


def with_base_sizes(design: Design, inputs: BuildInputs) -> Design:
    """A look-up that fails leaves its stage unmeasured, and a note says why: the design stands."""
    bases = _bases(design, inputs)
    found = compressed_sizes(bases.values())
    sizes = {name: size for name, image in bases.items() if isinstance(size := found[image], int)}
    failures = [
        f"The size of {image.reference} was not looked up: {failure}."
        for image, failure in found.items()
        if isinstance(failure, LookUpFailed)
    ]
    stages = tuple(replace(stage, base_compressed=sizes.get(stage.name)) for stage in design.stages)
    return replace(design, stages=stages, notes=(*design.notes, *failures))


def _bases(design: Design, inputs: BuildInputs) -> dict[str, Image]:
    """By stage; an earlier stage, `scratch` and a named context are no images of a registry."""
    platform = inputs.platform or _PLATFORM
    dockerfile = parse(design.dockerfile, design.dockerfile_path)
    known = global_environment(dockerfile, dict(inputs.build_args), platform=platform)
    bases = {}
    for plan in design.stages:
        stage = dockerfile.stage(plan.name)
        if plan.size is not None or stage is None:
            continue
        base = expand(dockerfile, stage.instruction, stage.base, known)
        if base in dict(inputs.build_contexts) or parent(dockerfile, stage, base):
            continue
        try:
            reference = Reference.parse(base)
        except ValueError:
            continue
        own = expand(dockerfile, stage.instruction, stage.platform or "", known)
        bases[plan.name] = Image(reference, own or platform)
    return bases
