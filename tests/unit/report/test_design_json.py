import json
from pathlib import Path

import jsonschema
import pytest

from stagewright.design.template import from_recipe
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe
from stagewright.report.design_json import document, to_json
from tests.unit.design.recipes import BUN, BUN_PROJECT, GO, GO_PROJECT, VITE, VITE_PROJECT

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs/schema/design.schema.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("recipe", "project"),
    [(BUN, BUN_PROJECT), (GO, GO_PROJECT), (VITE, VITE_PROJECT)],
    ids=["bun", "go", "vite"],
)
def test_the_document_follows_the_published_schema(recipe: Recipe, project: Project) -> None:
    printed = json.loads(to_json(from_recipe(recipe, project, scanner="audit")))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(printed, SCHEMA)
    assert {file["path"] for file in printed["files"]} == {"Dockerfile", ".dockerignore"}


def test_a_decline_follows_it_too() -> None:
    printed = json.loads(to_json(Decline("nothing-made", "Nothing is made.", "Make some.")))
    jsonschema.validate(printed, SCHEMA)
    assert printed["declined"] == {"code": "nothing-made", "reason": "Nothing is made.", "hint": "Make some."}


def test_the_schema_refuses_what_it_does_not_know() -> None:
    strange = {**document(from_recipe(BUN, BUN_PROJECT)), "surprise": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(json.dumps(strange)), SCHEMA)
