"""What `prove` says of a mutant."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.prepare import expected
from tests.mutants.design import ProvedDesign
from tests.mutants.mutant import Mutant


@dataclass(frozen=True, slots=True)
class Judgement:
    """`verdict` "error" where there is no proof: `reasons` then hold what was said instead."""

    example: str
    mutant: Mutant
    verdict: str
    reasons: list[str]

    @property
    def is_right(self) -> bool:
        return self.verdict == "failed" and self.mutant.is_named(self.reasons)


def judge(design: ProvedDesign, mutant: Mutant) -> Judgement:
    """Build and compare it with the example's original."""
    probes = expected(design.example, hardened=False).probes
    with tempfile.TemporaryDirectory(prefix="stagewright-mutant-") as folder:
        after = Path(folder) / "Dockerfile"
        after.write_text(mutant.text, encoding="utf-8")
        command = [sys.executable, "-m", "stagewright.cli.main", "prove", str(design.project), "--quiet"]
        command += ["--before", str(design.project / "Dockerfile"), "--after", str(after), "--no-measure"]
        command += ["--format", "json", *(word for probe in probes for word in ("--probe", probe))]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if not ran.stdout:
        return Judgement(design.example, mutant, "error", [ran.stderr.strip()])
    proof = json.loads(ran.stdout)
    return Judgement(design.example, mutant, proof["verdict"], proof["reasons"])
