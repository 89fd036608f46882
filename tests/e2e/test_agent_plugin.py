"""The agent plugin: the vendor's own validator takes it, and its hook does what it promises."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "integrations/claude-code"
VALIDATOR = "@anthropic-ai/claude-code"
NAIVE = 'FROM node:22\nCOPY . .\nRUN npm ci && npm run build\nCMD ["node", "i.js"]\n'


@pytest.fixture(scope="module")
def claude() -> Path:
    """The vendor's command, fetched once into the lab's cache."""
    home = (
        Path(os.environ.get("STAGEWRIGHT_LAB_CACHE", Path.home() / ".cache/stagewright-lab")) / "claude-code"
    )
    command = home / "node_modules/.bin/claude"
    if not command.exists():
        if shutil.which("npm") is None:
            pytest.skip("there is no npm to fetch the validator with")
        home.mkdir(parents=True, exist_ok=True)
        fetch = ["npm", "install", "--prefix", str(home), "--no-audit", "--no-fund", VALIDATOR]
        subprocess.run(fetch, check=True, capture_output=True, timeout=300)
    return command


def _claude(command: Path, home: Path, *arguments: str) -> str:
    environment = os.environ | {"CLAUDE_CONFIG_DIR": str(home), "DISABLE_AUTOUPDATER": "1"}
    ran = subprocess.run(
        [str(command), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def _frontmatter(path: Path) -> dict[str, str]:
    _, head, _ = path.read_text().split("---\n", 2)
    fields: dict[str, str] = yaml.safe_load(head)
    return fields


@pytest.mark.parametrize("part", [".", ".claude-plugin/plugin.json"])
def test_the_validator_takes_it(claude: Path, tmp_path: Path, part: str) -> None:
    assert "Validation passed" in _claude(
        claude, tmp_path, "plugin", "validate", "--strict", str(PLUGIN / part)
    )


def test_it_installs_from_its_marketplace(claude: Path, tmp_path: Path) -> None:
    _claude(claude, tmp_path, "plugin", "marketplace", "add", str(PLUGIN))
    _claude(claude, tmp_path, "plugin", "install", "stagewright@stagewright")
    (listed,) = json.loads(_claude(claude, tmp_path, "plugin", "list", "--json"))
    assert listed["id"] == "stagewright@stagewright"


def test_the_agent_steps_in_by_itself_and_uses_the_skill() -> None:
    agent = _frontmatter(PLUGIN / "agents/docker-multi-stage.md")
    assert set(agent) == {"name", "description", "tools", "model", "skills"}
    assert agent["name"] == "docker-multi-stage"
    assert agent["model"] == "haiku"
    assert agent["tools"].split(", ") == ["Read", "Write", "Edit", "Grep", "Glob", "Bash"]
    assert "PROACTIVELY" in agent["description"]
    assert (PLUGIN / "skills" / agent["skills"] / "SKILL.md").is_file()


def test_the_skill_keeps_to_its_format() -> None:
    skill = _frontmatter(PLUGIN / "skills/docker-patterns/SKILL.md")
    assert skill["name"] == "docker-patterns"
    assert len(skill["description"]) <= 1024
    assert set(skill) <= {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}


def _hook(text: str, path: str) -> subprocess.CompletedProcess[str]:
    """Run the hook as its hooks.json says, with `path` to find the program in."""
    hooks = json.loads((PLUGIN / "hooks/hooks.json").read_text())["hooks"]["PostToolUse"]
    command = hooks[0]["hooks"][0]["command"]
    environment = {"CLAUDE_PLUGIN_ROOT": str(PLUGIN), "PATH": path, "HOME": os.environ["HOME"]}
    return subprocess.run(
        ["/bin/sh", "-c", command], input=text, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def path_with_stagewright(tmp_path: Path) -> str:
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "stagewright"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m stagewright.cli.main "$@"\n')
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def _event(file: Path) -> str:
    event = {
        "session_id": "abc",
        "transcript_path": "/tmp/t.jsonl",
        "cwd": str(file.parent),
        "permission_mode": "acceptEdits",
        "hook_event_name": "PostToolUse",
        "tool_name": "Write",
        "tool_use_id": "toolu_1",
        "tool_input": {"file_path": str(file), "content": file.read_text()},
        "tool_response": {"filePath": str(file), "success": True},
    }
    return json.dumps(event)


def test_the_hook_speaks_up(tmp_path: Path, path_with_stagewright: str) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(NAIVE)
    ran = _hook(_event(file), path_with_stagewright)
    assert (ran.returncode, ran.stderr) == (0, "")
    context = json.loads(ran.stdout)["hookSpecificOutput"]["additionalContext"]
    assert "stagewright apply" in context
    assert len(context.splitlines()) <= 10


def test_the_hook_is_silent_for_another_file_and_for_malformed_input(
    tmp_path: Path, path_with_stagewright: str
) -> None:
    file = tmp_path / "main.py"
    file.write_text("print()\n")
    for text in (_event(file), "", "{", "\x00"):
        ran = _hook(text, path_with_stagewright)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_the_hook_is_silent_where_stagewright_is_not_installed(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(NAIVE)
    ran = _hook(_event(file), "/usr/bin:/bin")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
