"""The proved, plain design of an example, and the images that its mutants are made from."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from stagewright.dockerfile import Dockerfile, Stage, parse
from stagewright.engine import Engine
from stagewright.evidence.installed import read_packages
from stagewright.evidence.packages import Packages
from stagewright.evidence.tree import ImageTree
from stagewright.model.request import BuildInputs
from stagewright.verbs.sides import make, text_side
from tests.e2e.prepare import expected, prepare


@dataclass(frozen=True, slots=True)
class ProvedDesign:
    """`project` holds the original as its Dockerfile; `image` is production, `base` what it stands on."""

    example: str
    project: Path
    dockerfile: Dockerfile
    image: ImageTree
    base: ImageTree
    packages: Packages
    packages_of_base: Packages

    @property
    def production(self) -> Stage:
        return self.dockerfile.stages[-1]


def proved_design(example: str, folder: Path, engine: Engine) -> ProvedDesign:
    """Prepare the example in `folder` and design it. Raises ValueError where that is not proved."""
    project = prepare(example, folder, engine)
    probes = [word for probe in expected(example, hardened=False).probes for word in ("--probe", probe)]
    command = [sys.executable, "-m", "stagewright.cli.main", "apply", str(project), "--diff", "--quiet"]
    ran = subprocess.run([*command, "--format", "json", *probes], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise ValueError(f"{example}: its design is not proved: {ran.stdout or ran.stderr}")
    proof = json.loads(ran.stdout)
    files = {file["path"]: file["content"] for file in proof["files"]}
    text = files.pop("Dockerfile")
    assert not files, f"{example}: mutants are made of a design that is one file, not of {sorted(files)}"
    dockerfile = parse(text, "Dockerfile")
    made = make(engine, text_side("the design", dockerfile, project, BuildInputs()))
    assert made.base is not None
    both = (read_packages(tree.files, tree.read_many) for tree in (made.tree, made.base))
    return ProvedDesign(example, project, dockerfile, made.tree, made.base, *both)
