from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from stagewright.engine import BuildFailed
from stagewright.evidence.judge import learn
from stagewright.model.image import Healthcheck, ImageConfig
from stagewright.model.project import Project
from stagewright.model.proof import Accounting, Proof, Unexplained
from stagewright.model.request import BuildInputs, Place
from stagewright.model.run import Observation
from stagewright.verbs.candidates import Restaging
from stagewright.verbs.learning import Learned
from stagewright.verbs.loading import Loaded
from tests.unit.design.hardenings.designs import restaged, steps
from tests.unit.images_of import Layer, tree_of

BASE: Layer = (
    "base",
    {
        "/usr/bin/wish": "",
        "/usr/lib/libodd.so.1": "",
        "/var/lib/dpkg/status": "Package: tk\nStatus: install ok installed\nVersion: 1\n",
        "/var/lib/dpkg/info/tk.list": "/usr/bin/wish\n",
    },
)
TEST = "def test_it(): ..."
MADE: Layer = (
    "COPY . .",
    {"/app/main.py": "", "/app/tests/test_a.py": TEST, "/app/tests/test_b.py": TEST, "/app/README.md": ""},
)
CONFIG = ImageConfig(cmd=("python", "/app/main.py"), workdir="/app", env=(("PATH", "/usr/bin"),))


def restaging() -> Restaging:
    original, base = tree_of(BASE, MADE, config=CONFIG), tree_of(BASE)
    project = Project(Path("/project"), {})
    evidence = learn(original, base, project)
    loaded = Loaded(Place(Path("/project"), None), project, "Dockerfile", None, {})
    nothing = cast(Any, None)
    learned = Learned(nothing, "base", nothing, original, base, evidence, ())
    return Restaging(loaded, BuildInputs(), learned, evidence, None)


def failed(*unexplained: Unexplained, broken: tuple[Unexplained, ...] = (), output: str = "") -> Proof:
    return Proof("failed", accounting=Accounting(unexplained=unexplained), broken=broken, output=output)


def test_a_path_that_was_left_behind_is_kept_once_it_is_missed() -> None:
    before = restaging()
    a, b = "/app/tests/test_a.py", "/app/tests/test_b.py"
    assert {a, b} <= before.evidence.reasons.keys()
    missing = failed(Unexplained(a, "missing"), Unexplained("/etc/other", "missing"))
    fuller = before.corrected(missing)
    assert fuller is not None
    assert fuller.evidence.reason_for(a) is None
    assert fuller.evidence.reason_for(b) == before.evidence.reasons[b]
    assert fuller.corrected(missing) is None


def test_a_path_that_comes_back_is_removed_once() -> None:
    returned = failed(Unexplained("/etc/b", "returned"))
    barer = restaging().corrected(returned)
    assert barer is not None
    assert barer.evidence.removed == {"/etc/b"}
    assert barer.corrected(returned) is None


def test_what_a_failure_says_is_lacking_is_needed_with_its_package_and_stays_so() -> None:
    broken = failed(broken=(Unexplained("/usr/share/hgk", "interpreter", "wish"),))
    with_wish = restaging().corrected(broken)
    assert with_wish is not None
    assert [need.name for need in with_wish.evidence.packages] == ["tk"]
    said = "libodd.so.1: cannot open shared object file: No such file or directory"
    with_both = with_wish.corrected(failed(Unexplained("/app/README.md", "missing"), output=said))
    assert with_both is not None
    assert [need.name for need in with_both.evidence.packages] == ["tk"]
    assert [need.name for need in with_both.evidence.paths] == ["/usr/lib/libodd.so.1"]
    assert "/app/README.md" not in with_both.evidence.reasons
    assert with_both.corrected(broken) is None


def test_a_build_that_fails_teaches_too() -> None:
    error = BuildFailed("process exited with 127", log="/bin/sh: 1: wish: not found")
    corrected = restaging().corrected(error)
    assert corrected is not None
    assert [need.name for need in corrected.evidence.packages] == ["tk"]
    assert restaging().corrected(BuildFailed("process exited with 1", log="no")) is None


def test_a_health_check_that_calls_what_is_absent_is_replaced_unless_a_run_was_healthy() -> None:
    source = restaging()
    config = replace(CONFIG, exposed=("8000/tcp",), healthcheck=Healthcheck(("CMD", "curl", "localhost")))
    original = tree_of(BASE, MADE, config=config)
    source = replace(source, learned=replace(source.learned, original=original))
    design = restaged("COPY . .", "HEALTHCHECK CMD curl localhost", base="python:3.13-slim")
    for healthy, kept in ((None, False), (False, False), (True, True)):
        seen = Observation(True, True, None, "", "", healthy=healthy)
        texts = steps(replace(source, seen=seen).hardened(design, {"health"}))
        assert ("HEALTHCHECK CMD curl localhost" in texts) is kept
