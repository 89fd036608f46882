"""A file that has several stages and ships its builder all the same: its stages stay, production is slim."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from stagewright.cli.main import main
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

EXAMPLE = Path(__file__).parents[2] / "examples/bun-api"
WHOLE_BUILDER = """\
# what all stages share
FROM oven/bun:1 AS base
WORKDIR /app
ENV PORT=3000

FROM base AS build
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile
COPY . .
RUN bun run build

# the image that is shipped
FROM base AS production
COPY --from=build /app .
EXPOSE 3000
CMD ["bun", "dist/index.js"]
"""


def test_the_builder_that_is_shipped_stays_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = tmp_path / "project"
    shutil.copytree(EXAMPLE, project)
    (project / "Dockerfile").write_text(WHOLE_BUILDER, encoding="utf-8")
    code = main(["apply", str(project), "--format", "json", "--quiet"])
    proof = document(capsys)
    assert (code, proof["verdict"], proof["reasons"]) == (0, "proved", [])
    text = (project / "Dockerfile").read_text(encoding="utf-8")
    assert text.startswith(WHOLE_BUILDER.partition("# the image that is shipped")[0])
    assert "FROM oven/bun:1-slim AS production\n" in text
    assert proof["after"]["size"] < 0.75 * proof["before"]["size"]
    # What has nothing left to separate is left as it is.
    assert main(["apply", str(project), "--format", "json", "--quiet"]) == 0
    again = document(capsys)
    assert (again["verdict"], "min_saving" in again["reasons"][0]) == ("declined", True)
    assert (project / "Dockerfile").read_text(encoding="utf-8") == text


UNGUARDED = """\
FROM oven/bun:1 AS build
WORKDIR /app
COPY . .

# what has to pass
FROM build AS test
RUN bun test

FROM oven/bun:1 AS app
WORKDIR /app
COPY --from=build /app .
EXPOSE 3000
HEALTHCHECK --interval=5s --retries=2 CMD curl -f http://localhost:3000/ready || exit 1
CMD ["bun", "index.ts"]
"""
FILES = {
    "index.ts": """\
process.on("SIGTERM", () => process.exit(0));
Bun.serve({
  port: 3000,
  fetch: (asked) => new Response("here", { status: asked.url.endsWith("/ready") ? 200 : 404 }),
});
""",
    "index.test.ts": 'import { expect, test } from "bun:test";\ntest("sum", () => expect(1 + 1).toBe(2));\n',
}


def _project(folder: Path, dockerfile: str, **changes: str) -> Path:
    folder.mkdir()
    for name, text in {**FILES, **changes, "Dockerfile": dockerfile}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _applied(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    code = main(["apply", *words, "--format", "json", "--quiet"])
    proof = document(capsys)
    assert code == 0, proof["reasons"]
    return proof


def test_the_users_own_test_stage_blocks_production_and_the_health_check_can_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = _project(tmp_path / "project", UNGUARDED)
    proof = _applied(capsys, str(project), "--harden", "gate,health")
    assert (proof["verdict"], proof["given_up"]) == ("proved", [])
    assert (proof["before"]["healthy"], proof["after"]["healthy"]) == (False, True)
    text = (project / "Dockerfile").read_text(encoding="utf-8")
    assert "# what has to pass\nFROM build AS test\nRUN bun test\nRUN mkdir /tmp/gate\n" in text
    production = text.partition("AS app\n")[2]
    assert "COPY --from=test /tmp/gate/ /\n" in production
    assert "curl" not in text and "HEALTHCHECK --interval=5s --retries=2 \\\n" in production
    assert "http://127.0.0.1:3000/ready" in production


def test_tests_of_the_users_own_that_fail_leave_the_gate_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = FILES["index.test.ts"].replace("toBe(2)", "toBe(3)")
    wrong = {"index.test.ts": failing}
    project = _project(tmp_path / "project", UNGUARDED.replace("curl -f", "true || curl"), **wrong)
    proof = _applied(capsys, str(project), "--harden", "gate")
    assert proof["verdict"] == "proved"
    assert [item["hardening"] for item in proof["given_up"]] == ["gate"]
    assert "[test 1/2] RUN bun test" in proof["given_up"][0]["reasons"][0]
    assert "gate" not in (project / "Dockerfile").read_text(encoding="utf-8")


DEVELOPMENT_LAST = """\
FROM oven/bun:1-slim AS base
WORKDIR /app

# what runs
FROM base AS production
COPY index.ts ./
EXPOSE 3000
CMD ["bun", "index.ts"]

FROM base AS development
COPY . .
CMD ["bun", "--watch", "index.ts"]
"""


def test_production_becomes_the_last_stage_with_the_users_word_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = _project(tmp_path / "project", DEVELOPMENT_LAST)
    words = (str(project), "--target", "production")
    declined = _applied(capsys, *words)
    assert (declined["verdict"], "--target production --last" in declined["hints"][0]) == ("declined", True)
    proof = _applied(capsys, *words, "--last")
    assert (proof["verdict"], proof["scope"]["target"]) == ("proved", "production")
    text = (project / "Dockerfile").read_text(encoding="utf-8")
    shared, production, development = DEVELOPMENT_LAST.split("\n\n")
    assert text == f"{shared}\n\n{development}\n{production}\n"


SOURCE_FIRST = """\
FROM oven/bun:1 AS build
WORKDIR /app
# all of it
COPY . .
RUN bun install --frozen-lockfile
RUN bun run build

FROM oven/bun:1-slim AS production
WORKDIR /app
COPY --from=build /app/node_modules/hono node_modules/hono
COPY --from=build /app/node_modules/zod node_modules/zod
COPY --from=build /app/dist dist
COPY --from=build /app/package.json ./
EXPOSE 3000
CMD ["bun", "dist/index.js"]
"""


def test_what_is_slim_already_gets_its_manifests_before_the_source_and_no_other_stage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "project"
    shutil.copytree(EXAMPLE, project)
    (project / "Dockerfile").write_text(SOURCE_FIRST, encoding="utf-8")
    assert _applied(capsys, str(project))["verdict"] == "proved"
    installs = "RUN bun install --frozen-lockfile\n"
    mended = SOURCE_FIRST.replace(installs, "").replace(
        "# all of it\n", f"COPY bun.lock package.json ./\n{installs}# all of it\n"
    )
    assert (project / "Dockerfile").read_text(encoding="utf-8") == mended
    again = _applied(capsys, str(project))
    assert (again["verdict"], "min_saving" in again["reasons"][0]) == ("declined", True)
