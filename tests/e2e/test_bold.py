"""`--bold`: what nothing shows to be needed stays behind, and is told; what a run misses comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stagewright.cli.main import main
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

DOCKERFILE = """\
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends bc && rm -rf /var/lib/apt/lists/*
RUN mkdir -p /opt/atlas /opt/words /root/.cache/pip \\
    && for file in opt/atlas/map opt/words/list; do head -c 300000 /dev/zero > /$file; done \\
    && head -c 30000000 /dev/zero > /root/.cache/pip/wheel
WORKDIR /app
COPY main.sh .
CMD ["sh", "main.sh"]
"""
# The path is put together, so that no text names it.
PLACE = '"${ROOT:-/}opt/words/list"'
UNSEEN = "whether it ever needs what only its run-time closure leaves behind (--bold): "


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    (tmp_path / "main.sh").write_text("echo ready\n", encoding="utf-8")
    return tmp_path


def applied(project: Path, capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    assert main(["apply", str(project), "--diff", "--format", "json", "--quiet", *options]) == 0
    return document(capsys)


def production(proof: Any) -> str:
    return str(proof["files"][0]["content"].partition("AS production")[2])


def designed(project: Path, capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    assert main(["design", str(project), "--format", "json", "--quiet", *options]) == 0
    return document(capsys)


def test_what_nothing_leads_to_stays_behind_and_the_verdict_says_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    careful = designed(project, capsys)
    assert all(one in production(careful) for one in (" bc ", "/opt /opt"))
    assert not any("closure" in row["what"] for row in careful["left_behind"])

    design = designed(project, capsys, "--bold")
    left = {row["what"]: row["size"] for row in design["left_behind"]}
    assert left["not in the run-time closure: /opt/atlas"] == 300_000
    told = {fact["subject"] for fact in design["facts"] if fact["kind"] == "not in the run-time closure"}
    assert told == {"/opt/atlas", "/opt/words", "bc"}

    bold = applied(project, capsys, "--bold")
    assert (bold["verdict"], bold["reasons"], bold["obstacles"]) == ("proved", [], [])
    assert production(bold) == production(design)
    assert not any(one in production(bold) for one in (" bc ", "/opt"))
    assert bold["scope"]["not_seen"][0] == f"{UNSEEN}/opt/atlas, /opt/words, bc"
    assert bold["accounting"]["left_behind"]["not in the run-time closure"]["bytes"] > 600_000

    # What was written stands up to a proof that is as bold.
    (project / "Dockerfile.slim").write_text(bold["files"][0]["content"], encoding="utf-8")
    sides = ("--before", "Dockerfile", "--after", "Dockerfile.slim", "--no-measure", "--quiet")
    assert main(["prove", str(project), *sides, "--bold"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("proved: compared with")
    assert ", bold)" in text.splitlines()[0]


def test_what_a_run_misses_comes_back(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "main.sh").write_text(f"wc -c < {PLACE}\n", encoding="utf-8")
    proof = applied(project, capsys, "--bold")
    assert (proof["verdict"], proof["candidates"]) == ("proved", 2)
    assert "/opt/words" in production(proof)
    assert not any(one in production(proof) for one in (" bc ", "/opt/atlas"))
    assert proof["scope"]["not_seen"][0] == f"{UNSEEN}/opt/atlas, bc"
    assert any("candidate 1 (bold): behaviour, " in reason for reason in proof["obstacles"])


def test_what_goes_too_far_and_cannot_say_why_gives_way_to_the_careful_design(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asks = f"if [ -e {PLACE} ]; then echo found; else echo lost; fi\n"
    (project / "main.sh").write_text(asks, encoding="utf-8")
    proof = applied(project, capsys, "--bold")
    assert (proof["verdict"], proof["candidates"]) == ("proved", 2)
    assert all(one in production(proof) for one in (" bc ", "/opt /opt"))
    assert not any("--bold" in note for note in proof["scope"]["not_seen"])
    assert proof["obstacles"] == ["candidate 1 (bold): behaviour, stdout: found → lost"]
