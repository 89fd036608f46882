"""What no text and no look at the running program shows: the failure names it, and it is added."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.cli.main import main
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

MAIN = """\
import subprocess
tool = "".join(["fi", "le"])
print(subprocess.run([tool, "--brief", __file__], check=True, capture_output=True, text=True).stdout)
"""


def test_a_program_that_is_called_by_a_computed_name_comes_with_its_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.py").write_text(MAIN)
    (tmp_path / "Dockerfile").write_text('FROM python:3.13\nCOPY main.py /\nCMD ["python", "/main.py"]\n')
    code = main(["apply", str(tmp_path), "--quiet", "--format", "json"])
    proof = document(capsys)
    assert (code, proof["verdict"], proof["candidates"]) == (0, "proved", 2), proof["reasons"]
    assert "candidate 1: behaviour, " in proof["obstacles"][0]
    assert proof["strategy"] == "split"
    assert [item["why"] for item in proof["added"]] == [
        "a proof failed without it: No such file or directory: 'file'"
    ]
    production = (tmp_path / "Dockerfile").read_text().rpartition("FROM ")[2]
    assert production.startswith("python:3.13-slim ")
    assert "apt-get install -y --no-install-recommends file" in production
