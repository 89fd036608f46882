from dataclasses import replace

from stagewright.engine import Step
from stagewright.model.fact import Reason
from stagewright.model.image import ImageConfig
from stagewright.model.proof import Unexplained
from stagewright.proof.rules import Built, check
from tests.unit.proof.trees import file, link, tree

FILES = (file("/usr/bin/sh", "shell", mode=0o755), file("/app/main.js", "main", layer=1))
REASONS: dict[str, Reason] = {
    "/app/src.ts": Reason("source", "compiled"),
    "/app/node_modules/jest/x.js": Reason("development dependency", "jest"),
    "/usr/bin/gcc": Reason("package", "gcc"),
}
GOOD = Built(
    before=tree(*FILES, file("/usr/bin/gcc", "a compiler", layer=1)),
    after=tree(*FILES, config=ImageConfig(user="1000")),
    after_base=tree(layers=("FROM",)),
    base="node:22-slim",
    reason_for=REASONS.get,
)


def outcomes(built: Built) -> dict[str, str]:
    return {result.rule: result.outcome for result in check(built)}


def evidence(built: Built, rule: str) -> str:
    return next(result.evidence for result in check(built) if result.rule == rule)


def with_file(path: str) -> Built:
    more = file(path, "content", layer=1)
    return replace(GOOD, before=tree(*FILES, more), after=tree(*FILES, more))


def test_a_good_image_passes_and_what_was_not_seen_is_said() -> None:
    assert outcomes(GOOD) == {
        "separate stages": "passed",
        "slim final": "passed",
        "pruned dependencies": "passed",
        "no source": "passed",
        "layer cache": "not measured",
        "not root": "passed",
        "healthy": "not measured",
        "everything resolves": "passed",
        "no secrets": "passed",
        "gate": "not measured",
    }


def test_a_compiler_fails_and_one_that_may_be_needed_is_waived() -> None:
    assert outcomes(with_file("/usr/bin/gcc"))["separate stages"] == "failed"
    assert outcomes(with_file("/usr/bin/make"))["separate stages"] == "waived"
    assert "/usr/bin/make" in evidence(with_file("/usr/bin/make"), "separate stages")


def test_a_cache_that_the_original_had_not_fails() -> None:
    built = replace(GOOD, after=tree(*FILES, file("/root/.npm/x", layer=1)))
    assert outcomes(built)["separate stages"] == "failed"


def test_the_bases_own_compiler_is_a_matter_of_the_base() -> None:
    built = replace(GOOD, after=tree(*FILES, file("/usr/bin/gcc", layer=0)))
    assert outcomes(built)["separate stages"] == "passed"


def test_the_base_is_the_smallest_and_the_image_no_larger() -> None:
    assert outcomes(replace(GOOD, base="node:22"))["slim final"] == "failed"
    for more, outcome in ((100, "waived"), (100_000, "failed")):
        larger = replace(GOOD, after=tree(*FILES, file("/app/x", "x" * more, layer=1)))
        assert outcomes(larger)["slim final"] == outcome


def test_development_dependencies_fail_and_those_that_must_stay_are_waived() -> None:
    assert outcomes(with_file("/app/node_modules/jest/x.js"))["pruned dependencies"] == "failed"
    waived = replace(GOOD, waivers=(("tslib", "dist/index.js resolves it"),))
    assert outcomes(waived)["pruned dependencies"] == "waived"
    assert "tslib" in evidence(waived, "pruned dependencies")
    whole = (("/app/node_modules", "production needs 50 parts of it"),)
    both = replace(with_file("/app/node_modules/jest/x.js"), waivers=whole)
    assert outcomes(both)["pruned dependencies"] == "waived"
    assert outcomes(replace(both, waivers=(("/app/node", ""),)))["pruned dependencies"] == "failed"


def test_source_fails_by_name() -> None:
    built = with_file("/app/src.ts")
    assert outcomes(built)["no source"] == "failed"
    assert "/app/src.ts" in evidence(built, "no source")


def test_the_cache_is_judged_by_the_steps_that_install() -> None:
    install = Step("[deps 3/3] RUN --mount=type=cache,target=/root/.npm npm ci", "a", cached=True)
    build = Step("[builder 2/2] RUN npm run build", "b")
    assert outcomes(replace(GOOD, rebuilt=(install, build)))["layer cache"] == "passed"
    again = replace(GOOD, rebuilt=(replace(install, cached=False), build))
    assert outcomes(again)["layer cache"] == "failed"
    assert "npm ci" in evidence(again, "layer cache")


def test_root_fails() -> None:
    assert outcomes(replace(GOOD, after=tree(*FILES)))["not root"] == "failed"


def test_what_leads_nowhere_fails_unless_it_did_so_before() -> None:
    torn = tree(*FILES, link("/app/x", "gone"))
    assert outcomes(replace(GOOD, after=torn))["everything resolves"] == "waived"
    newly = replace(GOOD, after=torn, broken=(Unexplained("/app/x", "link", "gone"),))
    assert outcomes(newly)["everything resolves"] == "failed"


def test_the_gate_is_known_or_not() -> None:
    assert outcomes(replace(GOOD, gated=True))["gate"] == "passed"
    assert outcomes(replace(GOOD, gated=False))["gate"] == "failed"
