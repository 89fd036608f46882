"""The five faults of the multi-stage template that is usual for Bun, and that ours has none of them."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from stagewright.design.hardenings import HardeningContext, harden
from stagewright.design.template import from_recipe
from stagewright.ecosystems import find
from stagewright.engine import BuildFailed, BuildRequest, Engine, EngineRefused, RunRequest
from stagewright.model.image import Healthcheck
from stagewright.model.recipe import Recipe
from stagewright.project import read_project

pytestmark = pytest.mark.engine

EXAMPLE = Path(__file__).parents[2] / "examples/bare-bun"
LOCKFILE = "bun.lockb"
USUAL = f"""\
FROM oven/bun:1 AS deps
WORKDIR /app
COPY package.json {LOCKFILE} ./
RUN bun install --frozen-lockfile

FROM deps AS builder
COPY . .
RUN bun run build

FROM builder AS tester
RUN bun test

# Only reaches here if tests pass
FROM builder AS pruned
RUN bun install --production

FROM oven/bun:1-slim AS production
WORKDIR /app
COPY --from=pruned /app/node_modules ./node_modules
COPY --from=pruned /app/dist ./dist
COPY --from=pruned /app/package.json ./
ENV NODE_ENV=production
HEALTHCHECK --interval=30s --timeout=3s CMD curl -f http://localhost:3000/health || exit 1
USER bun
EXPOSE 3000
CMD ["bun", "run", "dist/index.js"]

FROM deps AS development
COPY . .
CMD ["bun", "run", "dev"]
"""
FOUND = USUAL.replace(LOCKFILE, "bun.lock")
FAILING = 'import { expect, test } from "bun:test";\ntest("fails", () => expect(1).toBe(2));\n'


@dataclass(frozen=True)
class Built:
    usual: str
    ours: str


def design_of(project: Path) -> str:
    read = read_project(project)
    ecosystem = find(read)
    assert ecosystem is not None
    recipe = ecosystem.recipe(read)
    assert isinstance(recipe, Recipe)
    context = HardeningContext(read, recipe=recipe, ecosystem=ecosystem)
    return harden(from_recipe(recipe, read), "all", context).dockerfile


def copy_of_example(folder: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, folder / "project"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_example(tmp_path_factory.mktemp("usual"))


@pytest.fixture(scope="module")
def built(engine: Engine, project: Path) -> Built:
    """Both production images; the usual one with the lockfile that is there, or it would not build."""
    usual = engine.build(BuildRequest(project, dockerfile_text=FOUND, target="production"))
    ours = engine.build(BuildRequest(project, dockerfile_text=design_of(project)))
    return Built(usual.ref, ours.ref)


def has(engine: Engine, image: str, path: str) -> bool:
    try:
        next(engine.still(image).files(path))
    except EngineRefused as error:
        assert error.status == 404
        return False
    return True


def health(engine: Engine, image: str, wanted: str) -> tuple[str, str]:
    """The state of the health check, and what it printed; waits for the wanted state for a while."""
    container = engine.start(RunRequest(image, healthcheck=Healthcheck((), interval=1.0)))
    try:
        deadline = time.monotonic() + 60
        while (state := container.state()).health != wanted and time.monotonic() < deadline:
            time.sleep(0.5)
        return state.health, state.health_output
    finally:
        container.remove()


def test_the_lockfile_that_is_there(engine: Engine, project: Path) -> None:
    with pytest.raises(BuildFailed) as failed:
        engine.build(BuildRequest(project, dockerfile_text=USUAL, target="production"))
    assert LOCKFILE in str(failed.value) + failed.value.log
    design = design_of(project)
    assert "source=bun.lock," in design and LOCKFILE not in design


def test_development_dependencies_stay_out(engine: Engine, built: Built) -> None:
    assert has(engine, built.usual, "/app/node_modules/typescript")
    assert not has(engine, built.ours, "/app/node_modules/typescript")
    assert has(engine, built.ours, "/app/node_modules/hono")


def test_the_health_check_asks_with_what_is_there(engine: Engine, built: Built) -> None:
    state, output = health(engine, built.usual, "unhealthy")
    assert state != "healthy" and "curl" in output
    assert health(engine, built.ours, "healthy")[0] == "healthy"


def test_failing_tests_block_production(engine: Engine, tmp_path: Path) -> None:
    project = copy_of_example(tmp_path)
    (project / "tests/failing.test.ts").write_text(FAILING)
    assert engine.build(BuildRequest(project, dockerfile_text=FOUND, target="production")).ref
    with pytest.raises(BuildFailed) as failed:
        engine.build(BuildRequest(project, dockerfile_text=design_of(project)))
    assert "tester" in failed.value.step


def test_a_plain_build_gives_production(engine: Engine, project: Path, built: Built) -> None:
    usual = engine.build(BuildRequest(project, dockerfile_text=FOUND))
    assert engine.inspect_image(usual.ref).cmd == ("bun", "run", "dev")
    ours = engine.inspect_image(built.ours)
    assert ours.cmd == ("bun", "run", "dist/index.js") and ours.user.partition(":")[0] == "1000"
