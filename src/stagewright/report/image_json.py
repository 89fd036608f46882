"""What is in an image, as JSON; the schema is docs/schema/image.schema.json."""

from __future__ import annotations

from dataclasses import asdict

from stagewright.model.inventory import Inventory
from stagewright.report.json_text import json_text


def document(inventory: Inventory) -> dict[str, object]:
    """The inventory as plain data; sizes in bytes."""
    return {
        **asdict(inventory),
        "efficiency": round(inventory.efficiency, 4),
        "wasted": inventory.wasted,
    }


def to_json(inventory: Inventory) -> str:
    return json_text(document(inventory))
