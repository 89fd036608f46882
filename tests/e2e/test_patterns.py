"""Every pattern of the skill builds for real, and does what it is for."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from uuid import uuid4

import pytest

from stagewright.dockerfile import parse
from stagewright.engine import BuildFailed, BuildRequest, BuiltImage, Engine
from stagewright.rules import Subject, findings

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

REFERENCES = Path(__file__).parents[2] / "integrations/claude-code/skills/docker-patterns/references"
PATTERNS = sorted(REFERENCES.glob("*.Dockerfile"))
GATED = ("build-targets", "full-template", "test-gate")
SERVER = """\
import { Hono } from "hono";
export const greet = (name: string): string => `hello ${name}`;
const app = new Hono().get("/", (context) => context.text(greet("world")));
if (import.meta.main) Bun.serve({ port: 3000, fetch: app.fetch });
"""
TEST = """\
import { expect, test } from "bun:test";
import { greet } from "./index";
test("greets", () => expect(greet("you")).toBe("hello you"));
"""
NEEDS = {"dependencies": {"hono": "4.9.8"}, "devDependencies": {"zod": "4.1.11"}}
MANIFEST = {"name": "app", "private": True} | NEEDS
LOCK = {
    "lockfileVersion": 1,
    "workspaces": {"": {"name": "app"} | NEEDS},
    "packages": {
        "hono": [
            "hono@4.9.8",
            "",
            {},
            "sha512-JW8Bb4RFWD9iOKxg5PbUarBYGM99IcxFl2FPBo2gSJO11jjUDqlP1Bmfyqt8Z/dGhIQ63PMA9LdcLefXyIasyg==",
        ],
        "zod": [
            "zod@4.1.11",
            "",
            {},
            "sha512-WPsqwxITS2tzx1bzhIKsEs19ABD5vmCVa4xBo2tq/SrV4RNZtfws1EnCWQXM6yh8bD08a1idvkB5MZSBiZsjwg==",
        ],
    },
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "package.json").write_text(json.dumps(MANIFEST))
    (tmp_path / "bun.lock").write_text(json.dumps(LOCK, indent=2))
    (tmp_path / "src/index.ts").write_text(SERVER)
    (tmp_path / "src/index.test.ts").write_text(TEST)
    return tmp_path


def _build(engine: Engine, project: Path, name: str, **options: object) -> BuiltImage:
    text = (REFERENCES / f"{name}.Dockerfile").read_text()
    return engine.build(BuildRequest(project, dockerfile_text=text, timeout=180, **options))  # type: ignore[arg-type]


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout.strip()


def _answer(image: str) -> str:
    """What the server says to a request from inside its container."""
    ask = "fetch('http://127.0.0.1:3000/').then(r => r.text()).then(console.log)"
    container = _docker("run", "--detach", "--network", "none", image)
    try:
        for _ in range(50):
            asked = subprocess.run(
                ["docker", "exec", container, "bun", "-e", ask], capture_output=True, text=True, check=False
            )
            if asked.returncode == 0:
                return asked.stdout.strip()
            time.sleep(0.1)
        return _docker("logs", container)
    finally:
        _docker("rm", "--force", container)


def test_the_skill_names_every_pattern() -> None:
    skill = (REFERENCES.parent / "SKILL.md").read_text()
    assert len(PATTERNS) == 8
    assert all(f"references/{path.name}" in skill for path in PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda path: path.stem)
def test_a_pattern_builds_runs_and_is_what_check_asks_for(
    engine: Engine, project: Path, pattern: Path
) -> None:
    image = _build(engine, project, pattern.stem)
    assert _answer(image.ref) == "hello world"
    assert engine.inspect_image(image.ref).user == "1000"
    assert findings(Subject(parse(pattern.read_text()))) == ()


@pytest.mark.parametrize("name", GATED)
def test_a_failing_test_stops_the_build(engine: Engine, project: Path, name: str) -> None:
    (project / "src/index.test.ts").write_text(TEST.replace("hello you", "something else"))
    with pytest.raises(BuildFailed) as caught:
        _build(engine, project, name)
    assert "bun test" in (caught.value.instruction or "")


def test_a_scan_that_finds_something_stops_the_build(engine: Engine, project: Path) -> None:
    with pytest.raises(BuildFailed):
        _build(engine, project, "scan-gate", build_args=(("SCAN", "exit 7"),))


def test_the_token_of_the_scan_is_not_in_the_image(engine: Engine, project: Path, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("hush-hush")
    image = _build(
        engine,
        project,
        "scan-gate",
        secrets=(f"id=scan-token,src={token}",),
        build_args=(("SCAN", 'test "$SCAN_TOKEN" = hush-hush'),),
    )
    assert "hush-hush" not in _docker("history", "--no-trunc", image.ref)


@pytest.mark.parametrize("target", ["development", "tester", "production"])
def test_every_target_builds(engine: Engine, project: Path, target: str) -> None:
    for name in ("build-targets", "full-template"):
        assert _build(engine, project, name, target=target).ref


def test_an_edit_of_the_source_leaves_the_installation_in_the_cache(engine: Engine, project: Path) -> None:
    _build(engine, project, "change-frequency")
    (project / "src/index.ts").write_text(f"{SERVER}// {uuid4()}\n")
    steps = _build(engine, project, "change-frequency").steps
    cached = {
        word: step.cached
        for step in steps
        for word in ("bun install", "bun build")
        if word in step.instruction
    }
    assert cached == {"bun install": True, "bun build": False}


def test_production_holds_no_development_dependency(engine: Engine, project: Path) -> None:
    image = _build(engine, project, "full-template")
    modules = _docker("run", "--rm", "--entrypoint", "ls", image.ref, "/app/node_modules")
    assert modules.split() == ["hono"]


def test_production_holds_neither_source_nor_tests(engine: Engine, project: Path) -> None:
    image = _build(engine, project, "selective-copy")
    files = _docker("run", "--rm", "--entrypoint", "find", image.ref, "/app", "-type", "f")
    assert sorted(files.splitlines()) == ["/app/dist/index.js", "/app/package.json"]
