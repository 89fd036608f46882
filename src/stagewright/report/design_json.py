"""The design as JSON; the schema is docs/schema/design.schema.json."""

from __future__ import annotations

from dataclasses import asdict

from stagewright.model.design import Decline, Design
from stagewright.report.json_text import json_text

_TITLE = "Multi-Stage Build Design"
_PARTS = (
    "targets",
    "contents",
    "left_behind",
    "moved",
    "hardenings",
    "facts",
    "allows",
)


def document(design: Design) -> dict[str, object]:
    """The design as plain data; sizes in bytes, null where not measured or not looked up."""
    return {
        "title": _TITLE,
        "strategy": design.strategy,
        "ecosystem": design.ecosystem,
        "dockerfile": design.dockerfile_path,
        "files": [{"path": path, "content": text} for path, text in sorted(design.files.items())],
        "stages": [
            {
                "name": stage.name,
                "purpose": stage.purpose,
                "base": stage.base,
                "platform": stage.platform,
                "size": stage.size,
                "base_compressed": stage.base_compressed,
                "steps": [
                    {"text": step.text, "origins": list(step.origins), "reason": step.reason}
                    for step in stage.steps
                ],
            }
            for stage in design.stages
        ],
        **{part: [asdict(item) for item in getattr(design, part)] for part in _PARTS},
        "waivers": [{"rule": rule, "why": why} for rule, why in design.waivers],
        "notes": list(design.notes),
        "naive": design.naive,
    }


def to_json(design: Design | Decline) -> str:
    return json_text(document(design) if isinstance(design, Design) else _declined(design))


def _declined(decline: Decline) -> dict[str, object]:
    return {"title": _TITLE, "declined": asdict(decline)}
