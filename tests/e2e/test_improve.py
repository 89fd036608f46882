"""A file that has several stages and ships its builder all the same: its stages stay, production is slim."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stagewright.cli.main import main

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
    proof = json.loads(capsys.readouterr().out)
    assert (code, proof["verdict"], proof["reasons"]) == (0, "proved", [])
    text = (project / "Dockerfile").read_text(encoding="utf-8")
    assert text.startswith(WHOLE_BUILDER.partition("# the image that is shipped")[0])
    assert "FROM oven/bun:1-slim AS production\n" in text
    assert proof["after"]["size"] < 0.75 * proof["before"]["size"]
    # What has nothing left to separate is left as it is.
    assert main(["apply", str(project), "--format", "json", "--quiet"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["verdict"], "min_saving" in again["reasons"][0]) == ("declined", True)
    assert (project / "Dockerfile").read_text(encoding="utf-8") == text
