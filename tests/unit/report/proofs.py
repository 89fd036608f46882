"""Proofs made by hand."""

from stagewright.model.proof import (
    Accounting,
    Added,
    BehaviourDifference,
    ConfigDifference,
    GivenUp,
    ProbeResult,
    Proof,
    RuleResult,
    Scope,
    Side,
    Unexplained,
)
from stagewright.model.run import Answer

EMPTY = Proof("not proved", reasons=("nothing was observed",))
FULL = Proof(
    verdict="failed",
    reasons=("/app/x is missing",),
    hints=("bring its environment with --env",),
    scope=Scope("linux/amd64", (("MODE", "fast"),), "production", "the Dockerfile", ("a database",)),
    before=Side(1_000_000_000, 400_000_000, 300_000_000, 60.0, 12.0, None, "root"),
    after=Side(250_000_000, None, 20_000_000, None, 3.0, True, "1000"),
    accounting=Accounting(
        sources={"the original": (10, 1000), "its base": (200, 99_000_000)},
        left_behind={"cache": (3, 5_000_000)},
        unexplained=(Unexplained("/app/x", "missing", "12 bytes"),),
        masked=("/app/dist/a.js",),
    ),
    configuration=(ConfigDifference("user", "root", "1000", "user"),),
    behaviour=(BehaviourDifference("stdout", "a\nb", "c"),),
    rules=(RuleResult("no source", "passed", "nothing of the context"),),
    probes=(
        ProbeResult(
            "http:3000/", Answer(True, 200, (("content-type", "text/plain"),), "hi", "d"), None, False
        ),
        ProbeResult("tcp:3000", Answer(True), Answer(True), True),
    ),
    candidates=2,
    given_up=(GivenUp("gate", ("behaviour, stdout: a → c", "ports")),),
    obstacles=("candidate 1: behaviour, stdout: a → b",),
    added=(Added("exec: file: not found", ("/usr/bin/file", "/usr/share/misc/magic")),),
    strategy="split",
    files=(("Dockerfile", "FROM scratch\n"),),
)
