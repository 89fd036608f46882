from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from stagewright.model.finding import Finding
from stagewright.report import check_json, check_text
from stagewright.rules.result import CheckedFile, CheckResult

FINDING = Finding("root-user", "a/Dockerfile", 3, 5, "runs as root \x1b[31m", "info", "a fix", "an estimate")
RESULT = CheckResult(
    (
        CheckedFile("a/Dockerfile", (FINDING,), command="stagewright apply a"),
        CheckedFile("b/Dockerfile", ()),
        CheckedFile("c/Dockerfile", (), declined="its tools are its purpose"),
    )
)


def test_text_names_place_rule_fix_gain_and_what_to_run() -> None:
    assert check_text.render(RESULT) == (
        "a/Dockerfile: can benefit\n"
        "  a/Dockerfile:3:5: info: runs as root \\x1b[31m [root-user]\n"
        "      fix: a fix\n"
        "      gain: an estimate\n"
        "  run: stagewright apply a\n"
        "\n"
        "b/Dockerfile: fine\n"
        "\n"
        "c/Dockerfile: left as it is (its tools are its purpose)\n"
        "\n"
        "1 of 3 files can benefit.\n"
    )


def test_text_of_nothing_found() -> None:
    assert check_text.render(CheckResult(())) == "No Dockerfile found.\n"


def test_json_follows_the_published_schema() -> None:
    schema = json.loads((Path(__file__).parents[3] / "docs/schema/check.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    printed = json.loads(check_json.render(RESULT))
    jsonschema.validate(printed, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([{**printed[0], "surprise": 1}], schema)


def test_a_path_that_is_no_utf_8_is_still_json() -> None:
    file = CheckedFile("caf\udce9", (replace(FINDING, path="caf\udce9"),))
    printed = check_json.render(CheckResult((file,))).encode("utf-8")
    assert json.loads(printed)[0]["path"] == "caf\udce9"


def test_json_is_a_list_of_findings() -> None:
    assert json.loads(check_json.render(RESULT)) == [
        {
            "rule": "root-user",
            "path": "a/Dockerfile",
            "line": 3,
            "column": 5,
            "message": "runs as root \x1b[31m",
            "severity": "info",
            "fix": "a fix",
            "benefit": "an estimate",
        }
    ]
