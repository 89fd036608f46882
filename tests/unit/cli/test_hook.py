from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from stagewright.cli import hook

NAIVE = 'FROM node:22\nCOPY . .\nRUN npm ci && npm run build\nCMD ["node", "i.js"]\n'
FINE = 'FROM node:22-slim\nCOPY i.js /\nUSER 1000\nCMD ["node", "/i.js"]\n'


def _event(path: str, cwd: str = "/") -> dict[str, object]:
    return {
        "session_id": "1",
        "transcript_path": "/t.jsonl",
        "cwd": cwd,
        "permission_mode": "default",
        "hook_event_name": "PostToolUse",
        "tool_name": "Write",
        "tool_use_id": "2",
        "tool_input": {"file_path": path, "content": "…"},
        "tool_response": {"success": True},
    }


def _say(text: str) -> str:
    out = io.StringIO()
    assert hook.main(io.StringIO(text), out) == 0
    return out.getvalue()


def _context(answer: str) -> str:
    output = json.loads(answer)["hookSpecificOutput"]
    assert output["hookEventName"] == "PostToolUse"
    context: str = output["additionalContext"]
    return context


def test_speaks_up_when_a_dockerfile_that_can_benefit_is_written(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(NAIVE)
    context = _context(_say(json.dumps(_event("Dockerfile", str(tmp_path)))))
    assert "[single-stage]" in context
    assert f"stagewright apply {tmp_path}" in context
    assert len(context.splitlines()) <= 10


def test_many_findings_still_fit_into_ten_lines(tmp_path: Path) -> None:
    installs = "".join(f"RUN apt-get install -y gcc lib{number}-dev\n" for number in range(50))
    (tmp_path / "Dockerfile").write_text(f"FROM node:22\n{installs}CMD node {'x' * 900}\n")
    lines = _context(_say(json.dumps(_event(str(tmp_path / "Dockerfile"))))).splitlines()
    assert len(lines) <= 10
    assert any("more" in line for line in lines)
    assert all(len(line) <= 240 for line in lines)


def test_says_where_a_dockerfile_cannot_be_built(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\nRNU x\n")
    assert "line 2: unknown instruction: RNU" in _context(_say(json.dumps(_event(f"{tmp_path}/Dockerfile"))))


def test_is_silent_about_a_file_that_it_cannot_read(tmp_path: Path) -> None:
    doubling = "".join(f"ARG A{number + 1}=$A{number}$A{number}\n" for number in range(60))
    (tmp_path / "Dockerfile").write_text(f"ARG A0=xxxxxxxx\n{doubling}FROM node:22$A60\n")
    assert _say(json.dumps(_event(f"{tmp_path}/Dockerfile"))) == ""


@pytest.mark.parametrize("name", ["Dockerfile", "main.py", "Dockerfile.md"])
def test_is_silent_otherwise(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FINE)
    assert _say(json.dumps(_event(str(tmp_path / name)))) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '{"tool_input": null}',
        '{"tool_input": {"file_path": 7}}',
        '{"tool_input": {"file_path": "/absent/Dockerfile"}}',
        '{"tool_input": {"file_path": "\\u0000Dockerfile"}}',
        "[" * 100_000,
    ],
)
def test_malformed_input_is_silence(text: str) -> None:
    assert _say(text) == ""


def test_as_a_process_it_ends_with_0_and_prints_nothing_for_bytes_that_are_no_text() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "stagewright.cli.hook"], input=b"\xff\xfe{", capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def test_a_python_file_costs_no_import_of_the_language() -> None:
    code = (
        "import io, sys; from stagewright.cli import hook\n"
        'hook.main(io.StringIO(\'{"tool_input": {"file_path": "/x/main.py"}}\'))\n'
        "heavy = {'stagewright.dockerfile', 'tree_sitter', 'rich', 'yaml', 'argparse'} & set(sys.modules)\n"
        "sys.exit(str(sorted(heavy)) if heavy else 0)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_dockerfile_costs_no_heavy_import(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(NAIVE)
    code = (
        "import io, sys; from stagewright.cli import hook\n"
        "hook.main(io.StringIO(sys.argv[1]))\n"
        "heavy = {'rich', 'yaml', 'argparse', 'elftools', 'stagewright.engine'} & set(sys.modules)\n"
        "sys.exit(str(sorted(heavy)) if heavy else 0)"
    )
    event = json.dumps(_event(str(tmp_path / "Dockerfile")))
    ran = subprocess.run([sys.executable, "-c", code, event], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "single-stage" in ran.stdout
