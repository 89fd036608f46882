import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from stagewright.model.image import Manager
from stagewright.model.inventory import Inventory, PackageUse, WasteKind
from stagewright.report.image_json import document, to_json
from tests.unit.report.inventories import EMPTY, INVENTORY

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schema/image.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("inventory", [INVENTORY, EMPTY], ids=["full", "empty"])
def test_the_document_follows_the_published_schema(inventory: Inventory) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(to_json(inventory)), SCHEMA)


@pytest.mark.parametrize("manager", [*filter(None, get_args(Manager)), "node", "python", "gem", "jar"])
def test_the_schema_knows_every_manager(manager: str) -> None:
    inventory = replace(INVENTORY, packages=(PackageUse(manager, "a", "1", 1, 1, 0),))
    jsonschema.validate(json.loads(to_json(inventory)), SCHEMA)


def test_the_schema_refuses_what_it_does_not_know() -> None:
    changes: tuple[dict[str, object], ...] = ({"surprise": 1}, {"wasted": -1}, {"layers": [{}]})
    for strange in changes:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(json.loads(json.dumps(document(INVENTORY) | strange)), SCHEMA)


def test_the_schema_knows_every_kind_of_waste() -> None:
    assert SCHEMA["$defs"]["kind"]["enum"] == list(get_args(WasteKind))


def test_sums_and_shares() -> None:
    printed = json.loads(to_json(INVENTORY))
    assert (printed["efficiency"], printed["wasted"]) == (0.75, 1_000_000)
    assert json.loads(to_json(EMPTY))["efficiency"] == 1


def test_a_name_that_is_no_text_is_still_json() -> None:
    printed = to_json(INVENTORY)
    printed.encode("utf-8")
    assert json.loads(printed)["folders"][1]["path"] == "/usr/caf\udce9"
