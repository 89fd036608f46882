"""What the rules say of files that are near the edge."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.dockerfile import parse
from stagewright.model.finding import Finding
from stagewright.model.project import Project
from stagewright.rules import Subject, findings

START = 'CMD ["node", "i.js"]\n'
USUAL_BUN = """\
FROM oven/bun:1 AS deps
WORKDIR /app
COPY package.json bun.lockb ./
RUN bun install --frozen-lockfile
FROM deps AS builder
COPY . .
RUN bun run build && bun install --production
FROM builder AS tester
RUN bun test
FROM oven/bun:1-slim AS production
COPY --from=builder /app/node_modules ./node_modules
COPY --from=builder /app/dist ./dist
HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1
USER bun
CMD ["bun", "dist/index.js"]
FROM deps AS development
COPY . .
CMD ["bun", "--watch", "src/index.ts"]
"""


def _found(text: str, files: dict[str, str] | None = None) -> list[Finding]:
    project = None
    if files is not None:
        project = Project(Path("app"), {name: len(text) for name, text in files.items()}, files)
    return list(findings(Subject(parse(text), project)))


def _rules(text: str, files: dict[str, str] | None = None) -> list[str]:
    return [finding.rule for finding in _found(text, files)]


def test_the_five_faults_of_the_usual_bun_template() -> None:
    found = _found(USUAL_BUN, {"package.json": '{"devDependencies": {"typescript": "5"}}', "bun.lock": ""})
    assert [(f.rule, f.line) for f in found] == [
        ("lockfile-not-copied", 3),
        ("prune-prunes-nothing", 7),
        ("gate-gates-nothing", 8),
        ("dev-dependencies-in-final", 11),
        ("health-check-absent-tool", 13),
        ("production-not-last", 16),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "FROM golang:1.25\nRUN go install example.com/tool@latest\n",
        'FROM node:22\nRUN apt-get install -y gcc\nCMD ["bash"]\n',
        "FROM ubuntu:24.04\nRUN apt-get install -y build-essential\nCMD sleep infinity\n",
        "FROM python:3.13\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
    ],
)
def test_an_image_whose_purpose_is_its_tools_is_left_alone(text: str) -> None:
    assert _rules(text) == []


def test_a_dev_container_is_left_alone_whatever_it_starts() -> None:
    df = parse(f"FROM node:22\n{START}", ".devcontainer/Dockerfile")
    assert findings(Subject(df)) == ()


def test_a_base_that_starts_its_own_program_is_looked_at() -> None:
    text = "FROM nginx\nRUN apt-get update && apt-get install -y gcc\nCOPY site /usr/share/nginx/html\n"
    assert _rules(text) == ["build-tools-in-final"]


def test_a_port_has_a_server_behind_it_whoever_starts_it() -> None:
    assert "full-base" in _rules("FROM node:22\nCOPY . /src\nEXPOSE 8080\n")


@pytest.mark.parametrize(
    ("install", "left"),
    [
        ("RUN npm ci", True),
        ("ENV NODE_ENV=production\nRUN npm ci", False),
        ("RUN npm ci && npm run x && npm prune --omit=dev", False),
        ("RUN npm install -g pm2", False),
        ("RUN npm install express", False),
        ("RUN bun install\nENV NODE_ENV=production", True),
        ("ENV NODE_ENV=production\nRUN bun install", True),
        ("RUN poetry install", True),
        ("RUN poetry install --only main", False),
    ],
)
def test_development_dependencies(install: str, left: bool) -> None:
    found = _rules(f"FROM node:22-slim\n{install}\nUSER 1000\n{START}")
    assert ("dev-dependencies-in-final" in found) is left


def test_a_manifest_without_development_dependencies_has_none_to_leave() -> None:
    text = f"FROM node:22-slim\nCOPY package*.json ./\nRUN npm ci\nUSER 1000\n{START}"
    assert _rules(text, {"package.json": '{"dependencies": {"a": "1"}}'}) == []
    assert _rules(text, {"package.json": "not json"}) == ["dev-dependencies-in-final"]


@pytest.mark.parametrize(
    ("run", "found"),
    [
        ("RUN apt-get install -y gcc && make && apt-get purge -y gcc", False),
        ("RUN apt-get install -y gcc", True),
        ("RUN apk add --virtual .d build-base && apk del .d", False),
        ("RUN apt-get install -y libpq5 curl", False),
        ("RUN apt-get install -y makepasswd devscripts", False),
        ("RUN apt-get install -y g++-12 python3-dev", True),
    ],
)
def test_build_tools(run: str, found: bool) -> None:
    assert ("build-tools-in-final" in _rules(f"FROM debian:12-slim\n{run}\nUSER 1\nCMD /app\n")) is found


@pytest.mark.parametrize(
    ("tail", "root"),
    [
        ("", True),
        ("USER 1000\n", False),
        ("USER 1000\nUSER root\n", True),
        ("USER 0:0\n", True),
        ('ENTRYPOINT ["/docker-entrypoint.sh"]\n', False),
        ('ENTRYPOINT ["gosu", "app"]\n', False),
    ],
)
def test_root(tail: str, root: bool) -> None:
    assert ("root-user" in _rules(f"FROM node:22-slim\n{tail}{START}")) is root


def test_nothing_is_said_of_the_user_of_an_unknown_base() -> None:
    assert _rules(f"FROM example.com/base\n{START}") == []


@pytest.mark.parametrize(
    ("base", "extra", "found"),
    [
        ("node:22-slim", "", True),
        ("node:22-slim", "RUN apt-get update && apt-get install -y curl\n", False),
        ("node:22-slim", "RUN apt-get install -y $TOOLS\n", False),
        ("node:22-slim", "COPY curl /usr/bin/\n", False),
        ("node:22-alpine", "", True),
        ("node:22", "", False),
        ("example.com/base", "", False),
    ],
)
def test_a_health_check_by_curl(base: str, extra: str, found: bool) -> None:
    text = f"FROM {base}\n{extra}HEALTHCHECK CMD curl -f localhost || exit 1\n{START}"
    assert ("health-check-absent-tool" in _rules(text)) is found


@pytest.mark.parametrize(
    ("test", "found"),
    [
        ("npm test", False),
        ("npm test || true", True),
        ("npm test || exit 1", False),
        ("npm test && npm run build || true", False),
    ],
)
def test_a_test_whose_failure_is_forgiven(test: str, found: bool) -> None:
    text = f"FROM node:22-slim AS b\nRUN {test}\nFROM node:22-slim\nCOPY --from=b /x /x\nUSER 1\n{START}"
    assert ("gate-gates-nothing" in _rules(text)) is found


def test_a_base_in_a_global_argument_is_known() -> None:
    (finding,) = _found(f"ARG V=22\nFROM node:${{V}}\nUSER 1000\n{START}")
    assert "`node:22-slim`" in finding.message
    assert (finding.line, finding.column) == (2, 6)


def test_manifests_that_were_installed_before_the_source_are_enough() -> None:
    text = (
        "FROM node:22-slim\nCOPY package*.json ./\nRUN npm ci --omit=dev\nCOPY . .\nRUN npm ci --omit=dev\n"
    )
    assert _rules(f"{text}USER 1000\n{START}") == []


def test_findings_come_in_the_order_of_the_file() -> None:
    text = f"FROM node:22\nCOPY . .\nRUN npm ci\nRUN npm run build\nRUN npm prune --omit=dev\n{START}"
    lines = [finding.line for finding in _found(text)]
    assert lines == sorted(lines)
    assert len(lines) >= 4
