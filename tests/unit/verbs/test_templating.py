from __future__ import annotations

from pathlib import Path

from stagewright.model.design import Decline, Design
from stagewright.model.request import Place
from stagewright.verbs.loading import load
from stagewright.verbs.templating import Templates
from tests.unit.ecosystems.projects import project

BUN = {
    "package.json": {"name": "app", "scripts": {"start": "bun src/index.ts", "test": "bun test"}},
    "bun.lock": "{}",
    "src/index.ts": "Bun.serve({port: 3000, fetch: () => new Response('hi')})",
    "src/index.test.ts": "",
}


def test_a_recipe_is_one_design_that_takes_hardenings_and_gives_up_its_gate(tmp_path: Path) -> None:
    project(tmp_path, BUN)
    templates = Templates(load(Place(tmp_path, None)), None)
    (plain,) = templates.designs()
    assert isinstance(plain, Design)
    assert "HEALTHCHECK" not in plain.dockerfile
    hardened = templates.hardened(plain, {"health", "gate"})
    assert "HEALTHCHECK" in hardened.dockerfile
    assert "COPY --from=tester" in hardened.dockerfile
    without = templates.hardened(plain, {"health"}, {"tester"})
    assert "COPY --from=tester" not in without.dockerfile
    assert "tests and scans that pass: tester fails now" in [item.needs for item in without.hardenings]


def test_what_no_recipe_knows_is_declined(tmp_path: Path) -> None:
    (design,) = Templates(load(Place(tmp_path, None)), None).designs()
    assert isinstance(design, Decline)
