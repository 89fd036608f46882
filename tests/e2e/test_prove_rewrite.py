"""A rewrite by hand of a real project: proved where it is right, and the one thing named where it is not."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from stagewright.cli.main import main
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

EXAMPLE = Path(__file__).parents[2] / "examples/bun-api"
BY_HAND = """\
FROM oven/bun:1 AS deps
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile

FROM deps AS builder
COPY . .
RUN bun run build

FROM oven/bun:1 AS prod-deps
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile --production

FROM oven/bun:1-slim AS production
WORKDIR /app
ENV NODE_ENV=production PORT=3000
COPY --from=prod-deps /app/node_modules ./node_modules
COPY --from=builder /app/dist ./dist
COPY --from=builder /app/package.json ./
USER bun
EXPOSE 3000
HEALTHCHECK CMD ["bun", "-e", "fetch('http://127.0.0.1:3000/health').then(r => process.exit(r.ok ? 0 : 1))"]
CMD ["bun", "dist/index.js"]
"""


def proved(project: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any], str]:
    after = str(project / "Dockerfile.new")
    words = ["prove", str(project), "--after", after, "--harden", "--no-measure", "--format", "json"]
    code = main([*words, "--quiet"])
    proof = document(capsys)
    return code, proof, "\n".join(proof["reasons"])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / "project")
    return tmp_path / "project"


def test_a_good_rewrite_is_proved_with_the_changes_that_are_wanted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "Dockerfile.new").write_text(BY_HAND, encoding="utf-8")
    code, proof, reasons = proved(project, capsys)
    assert reasons == ""
    assert (code, proof["verdict"]) == (0, "proved")
    assert {item["hardening"] for item in proof["configuration"]} >= {"start", "user", "health", "env"}
    assert proof["after"]["healthy"] is True
    outcomes = {item["rule"]: item["outcome"] for item in proof["rules"]}
    assert outcomes["pruned dependencies"] == outcomes["no source"] == outcomes["not root"] == "passed"


def test_a_dependency_that_is_lost_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = BY_HAND.replace("--production\n", "--production && rm -r node_modules/zod\n")
    (project / "Dockerfile.new").write_text(lost, encoding="utf-8")
    code, proof, reasons = proved(project, capsys)
    assert (code, proof["verdict"]) == (1, "failed")
    assert "/app/node_modules/zod" in reasons
