"""What is in an image, as JSON; the schema is docs/schema/image.schema.json."""

from __future__ import annotations

import json
from dataclasses import asdict

from stagewright.model.inventory import Inventory


def document(inventory: Inventory) -> dict[str, object]:
    """The inventory as plain data; sizes in bytes."""
    return {
        **asdict(inventory),
        "efficiency": round(inventory.efficiency, 4),
        "wasted": inventory.wasted,
    }


def to_json(inventory: Inventory) -> str:
    text = json.dumps(document(inventory), indent=2, ensure_ascii=False) + "\n"
    # A name that is no UTF-8 has lone surrogates: as an escape they are still JSON.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
