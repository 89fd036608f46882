"""The table of the field study, from its results."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.field.projects import FieldProject

_HEAD = """\
| project | verdict | before | after | of before | rebuild | builds | what |
|---|---|---:|---:|---:|---:|---:|---|
"""


def table(projects: Sequence[FieldProject], results: Path) -> str:
    """Markdown: what the numbers come to, then one row for each project that has a result."""
    rows: list[tuple[FieldProject, dict[str, Any]]] = []
    outside: list[tuple[FieldProject, dict[str, Any]]] = []
    for project in projects:
        path = results / f"{project.name.replace('/', '+')}.json"
        if not path.exists():
            continue
        found = json.loads(path.read_text(encoding="utf-8"))
        (outside if _is_outside(found) else rows).append((project, found))
    lines = [_row(project, found) for project, found in rows]
    left = [f"- {_label(project)}: {_brief(found['why'])}\n" for project, found in outside]
    return (
        _summary([found for _, found in rows])
        + "\n"
        + _HEAD
        + "".join(lines)
        + (
            "\nNot counted, because the original does not build or does not come up by itself here:\n\n"
            + "".join(left)
            if left
            else ""
        )
    )


def _is_outside(found: dict[str, Any]) -> bool:
    """Whether there is no original to compare with: it cannot be built, or never came up."""
    return found["verdict"] == "error" or (
        found["verdict"] == "not proved" and found["after"]["size"] is None
    )


def _summary(found: Sequence[dict[str, Any]]) -> str:
    verdicts = Counter(one["verdict"] for one in found)
    ratios = [_ratio(one, "size") for one in found if one["verdict"] == "proved"]
    known = [ratio for ratio in ratios if ratio is not None]
    lines = [
        ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())) + f" of {len(found)}."
    ]
    if known:
        lines.append(f"Median size of what is proved: {statistics.median(known):.2f} of the original.")
    return "\n".join(lines) + "\n"


def _row(project: FieldProject, found: dict[str, Any]) -> str:
    before, after = found["before"]["size"], found["after"]["size"]
    cells = (
        _label(project),
        found["verdict"],
        _megabytes(before),
        _megabytes(after),
        _number(_ratio(found, "size")),
        _number(_ratio(found, "rebuild_seconds")),
        str(found["candidates"]),
        _brief(found["why"]),
    )
    return f"| {' | '.join(cells)} |\n"


def _label(project: FieldProject) -> str:
    return f"{project.name}{' (flattened)' if project.flatten else ''}"


def _ratio(found: dict[str, Any], key: str) -> float | None:
    before, after = found["before"][key], found["after"][key]
    return after / before if before and after is not None else None


def _number(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _megabytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1e6:.0f} MB"


def _brief(text: str) -> str:
    first = text.splitlines()[0] if text else ""
    return first.replace("|", "/")[:160]
