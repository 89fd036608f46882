from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from stagewright.cli import check


def _run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    check.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["check", *arguments])
    code: int = args.run(args)
    return code


def test_exit_codes_and_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text('FROM node:22-slim\nUSER 1000\nCMD ["node", "/i.js"]\n')
    assert _run(str(tmp_path)) == 0
    assert "fine" in capsys.readouterr().out
    file.write_text('FROM node:22\nUSER 1000\nCMD ["node", "/i.js"]\n')
    assert _run(str(tmp_path), "--format", "json") == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert (finding["rule"], finding["line"], finding["column"]) == ("full-base", 1, 6)
