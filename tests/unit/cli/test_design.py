from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import jsonschema
import pytest

from stagewright.cli.main import main
from stagewright.images.compressed import Image
from stagewright.images.registry import LookUpFailed


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text('FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["node", "x.js"]\n')
    (tmp_path / "x.js").write_text("1\n")
    return tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Image]:
    """What the registries are asked for; they know the slim image alone."""
    asked: list[Image] = []

    def sizes(images: Iterable[Image]) -> dict[Image, int | LookUpFailed]:
        asked.extend(images)
        return {
            image: 76_500_000 if image.reference.tag == "22-slim" else LookUpFailed("no such image")
            for image in asked
        }

    monkeypatch.setattr("stagewright.verbs.looking_up.compressed_sizes", sizes)
    return asked


def test_online_shows_what_the_registry_says_and_why_it_says_nothing(
    project: Path, asked: list[Image], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["design", str(project), "--no-engine", "--online"]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "`node:22-slim` | base: 76.5 MB compressed (registry) |" in out
    assert "| `node:22` | not measured |" in out
    assert "- The size of node:22 was not looked up: no such image." in out
    assert {image.platform for image in asked} == {"linux/amd64"}

    assert main([*words, "--format", "json", "--platform", "linux/arm64"]) == 0
    document = json.loads(capsys.readouterr().out)
    production = document["stages"][-1]
    assert (production["size"], production["base_compressed"]) == (None, 76_500_000)
    assert asked[-1].platform == "linux/arm64"


def test_no_registry_is_asked_unless_told_to(
    project: Path, asked: list[Image], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["design", str(project), "--no-engine"]) == 0
    assert "`node:22-slim` | not measured |" in capsys.readouterr().out
    assert asked == []


def test_bold_goes_by_what_is_built(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["design", "--no-engine"], ["apply", "--unproved"]):
        assert main([*words, str(project), "--bold"]) == 2
        assert "Leave one of them out." in capsys.readouterr().err
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    assert main(["design", str(project), "--bold"]) == 0
    assert "--bold has nothing to go by" in capsys.readouterr().err


def test_a_target_becomes_the_last_stage_where_that_is_said(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = 'FROM node:22-slim AS production\nCMD ["node", "x.js"]\n'
    (project / "Dockerfile").write_text(f"{runs}FROM node:22 AS development\nCMD npm run dev\n")
    words = ["design", str(project), "--no-engine"]
    assert main([*words, "--target", "production"]) == 0
    assert capsys.readouterr().out.startswith("declined")
    assert main([*words, "--last"]) == 2
    assert "--target production --last" in capsys.readouterr().err
    assert main([*words, "--target", "production", "--last", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [stage["name"] for stage in document["stages"]] == ["development", "production"]
    assert next(item["on"] for item in document["hardenings"] if item["name"] == "last")
    assert document["files"][0]["content"].endswith(runs)
    schema = Path(__file__).parents[3] / "docs/schema/design.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))


def test_a_decline_is_a_document_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["design", str(tmp_path), "--no-engine"]
    assert main([*words, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["declined"]["code"] == "nothing-recognised"
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("declined: There is no Dockerfile in")


def test_it_runs_nothing_and_takes_nothing_for_a_run(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["design", str(project), "--no-engine", "--env", "TOKEN=x"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --env" in capsys.readouterr().err
