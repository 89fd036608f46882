"""A `docker-bake.hcl` with one target for every stage that is worth building."""

from __future__ import annotations

import json
from dataclasses import replace

from stagewright.design.stages import secrets, tag
from stagewright.model.design import Design
from stagewright.model.project import Project

PATH = "docker-bake.hcl"
_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


def with_bake(design: Design, project: Project) -> Design:
    """The design with the bake file; a note says so where a compose file stands beside it."""
    beside = [name for name in _COMPOSE if project.has(name)]
    notes = tuple(
        f"`docker buildx bake` merges {PATH} with {name}: name the files with `-f` to take one of them alone."
        for name in beside
    )
    files = {**design.files, PATH: bake(design, project.name)}
    return replace(design, files=files, notes=design.notes + notes)


def bake(design: Design, name: str) -> str:
    """HCL; the default group is the last stage alone, as for `docker build`."""
    blocks = [f'group "default" {{\n  targets = [{_text(design.stages[-1].name)}]\n}}']
    for target in design.targets:
        lines = [
            f"  dockerfile = {_text(design.dockerfile_path)}",
            f"  target     = {_text(target.name)}",
            f"  tags       = [{_text(f'{tag(name)}:{target.name}')}]",
        ]
        if wanted := secrets(design.stages, target.name):
            lines.append(f"  secret     = [{', '.join(map(_text, wanted))}]")
        blocks.append("\n".join([f"target {_text(target.name)} {{", *lines, "}"]))
    return "\n\n".join(blocks) + "\n"


def _text(value: str) -> str:
    """An HCL string, in which `${` and `%{` would begin a template."""
    return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
