"""Manifests and lockfiles of any form: they are read as far as they have the form of theirs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stagewright import tables
from stagewright.cli.main import main
from stagewright.evidence import node_modules, python_env
from stagewright.evidence.commands import read_scripts

DOCKERFILE = """\
FROM node:24
WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build
CMD ["npm", "run", "preview"]
"""
OF_PACKAGES = (
    *("name", "version", "scripts", "dependencies", "devDependencies", "optionalDependencies", "workspaces"),
    *("main", "bin", "engines", "packageManager", "type", "packages", "compilerOptions"),
    *("project", "tool", "build-system", "dependency-groups"),
)
OF_ENTRIES = (
    *("", "a", "node_modules/a", "start", "preview", "postinstall", "dev", "node", "outDir", "name"),
    *("dependencies", "dev-dependencies", "optional-dependencies", "source", "virtual", "extra"),
    *("poetry", "uv", "group", "readme", "license", "requires-python", "optionalDependencies"),
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(("a", "", "node a.js", "vite preview"))
)


def _tables(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(OF_ENTRIES), inner, max_size=6)


VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | _tables(inner), max_leaves=8)
ENTRIES = LEAVES | _tables(VALUES) | st.lists(_tables(VALUES), max_size=3)
MANIFESTS = st.fixed_dictionaries({}, optional=dict.fromkeys(OF_PACKAGES, ENTRIES | _tables(ENTRIES)))
LOCKED = st.fixed_dictionaries({}, optional=dict.fromkeys(OF_ENTRIES, ENTRIES))
# What no strategy draws: nesting without end, a number without end, no JSON and no TOML.
ENDLESS = (
    "[" * 100_000,
    '{"a":' * 50_000,
    f'{{"a": {"9" * 5000}}}',
    f"a = {'9' * 5000}",
    json.dumps({"scripts": {"start": "node \ud800.js", "preview": f"vite preview --port {'9' * 5000}"}}),
    json.dumps({"engines": {"node": f">={'9' * 5000}"}, "packageManager": f"yarn@{'9' * 5000}"}),
    f"[project]\nrequires-python = '>=3.{'9' * 5000}'",
    "\0",
    "\ufeff{}",
    "[]",
)
NAMES = ("package.json", "package-lock.json", "bun.lock", "tsconfig.json", "composer.json", "deno.json")


def _toml(value: Any) -> str:
    """The value as TOML writes it within a line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value) if value is not None else '""'


def _answers(folder: Path, as_json: str, as_toml: str) -> None:
    for name in NAMES:
        (folder / name).write_text(as_json, encoding="utf-8")
    for name in ("pyproject.toml", "uv.lock", "poetry.lock", "Cargo.toml"):
        (folder / name).write_text(as_toml, encoding="utf-8")
    assert main(["check", str(folder)]) in (0, 1)
    assert main(["design", "--no-engine", "--harden", "all", str(folder)]) == 0


@pytest.fixture(params=[DOCKERFILE, ""], ids=["with a Dockerfile", "without"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    (tmp_path / "index.js").write_text('require("http").createServer().listen(3000)\n')
    if request.param:
        (tmp_path / "Dockerfile").write_text(request.param)
    return tmp_path


@settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(manifest=MANIFESTS)
def test_check_and_design_answer(project: Path, manifest: dict[str, Any]) -> None:
    text = "\n".join(f"{json.dumps(key)} = {_toml(value)}" for key, value in manifest.items())
    assert tables.from_toml(text) is not None
    _answers(project, json.dumps(manifest), text)


@pytest.mark.parametrize("text", ENDLESS, ids=range(len(ENDLESS)))
def test_check_and_design_answer_to_what_ends_a_parser(project: Path, text: str) -> None:
    _answers(project, text, text)


@pytest.mark.parametrize(
    "value",
    ['!!int ""', "!!bool a", "!!timestamp a", f"0x{'f' * 6000}", f"'1:{'9' * 5000}'", '"a\\0b"', "loop", "5"],
)
def test_check_and_design_answer_to_any_value_of_a_service(project: Path, value: str) -> None:
    (project / "loop").symlink_to("loop")
    keys = ("command", "user", "ports", "volumes", "environment", "healthcheck")
    service = ", ".join(f"{key}: {value}" for key in keys)
    text = (
        f"services: {{a: {{build: {value}}}, b: {{build: ., {service}}}, c: {{build: ., ports: [{value}]}}}}"
    )
    (project / "compose.yaml").write_text(text)
    _answers(project, "{}", "")


@settings(deadline=None, derandomize=True, database=None)
@given(manifest=MANIFESTS, locked=LOCKED)
def test_evidence_is_read_from_any_lockfile(manifest: dict[str, Any], locked: dict[str, Any]) -> None:
    data = json.dumps(
        {**manifest, "packages": {"": locked, "node_modules/a": locked, "a": [locked]}}
    ).encode()
    for name in ("package-lock.json", "bun.lock"):
        contents = {f"/app/{name}": data}
        for path in node_modules.development_only("/app", contents) or ():
            assert path.startswith("/app/")
        assert all(node_modules.perhaps_wanted("/app", contents).values())
    lock = f"package = [{_toml({**locked, 'name': 'a'})}, {_toml(locked)}]".encode()
    assert isinstance(python_env.development_only(lock), frozenset)
    assert all(isinstance(script, str) for script in read_scripts(data).values())
