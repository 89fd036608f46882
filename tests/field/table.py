"""The page of the field study, from its results."""

from __future__ import annotations

import json
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.field.projects import FieldProject

_HEAD = """\
# Field study

Public projects that nobody here wrote, in the order of `tests/field/projects.toml`, through
`stagewright apply` as a user would call it: a single-stage Dockerfile as it is, or a multi-stage one whose
stages were joined into one (flattened), beside which stands the size of the maintainer's own image where it
is on the same libc. Of one repository count the first two whose original builds and starts: a vendor's
samples are copies of one template. `make field` makes this page.
"""
_KINDS = (
    ("Projects of people", "As a search for their Dockerfiles gave them.", False),
    (
        "Samples",
        "Made to be shown, by vendors and for tutorials: many are one small file on a slim base.",
        True,
    ),
)
_COLUMNS = (
    "project",
    "base",
    "verdict",
    "strategy",
    "before",
    "after",
    "of before",
    "maintainer's",
    "rebuild",
    "designs",
    "added, or why not",
)
_SLIM = re.compile(r"slim|alpine|busybox|distroless")
# A vendor's samples are copies of one template: more of them would count it many times.
_MOST_OF_ONE = 2
_UNPROVED = "No design of it could be proved"


@dataclass(frozen=True, slots=True)
class Row:
    project: FieldProject
    found: dict[str, Any]

    @property
    def verdict(self) -> str:
        unproved = self.found["verdict"] == "declined" and self.found["why"].startswith(_UNPROVED)
        return "declined: unproved" if unproved else str(self.found["verdict"])

    @property
    def counts(self) -> bool:
        """Whether there is an original to compare with: one that can be built, and comes up."""
        verdict, why = self.found["verdict"], self.found["why"]
        return verdict != "error" and not (verdict == "not proved" and str(why).startswith("the original "))

    @property
    def stands_on_full(self) -> bool:
        return not _SLIM.search(self.found["base"])

    @property
    def size_ratio(self) -> float | None:
        before, after = self.found["sizes"]
        return after / before if self.found["verdict"] == "proved" and before else None

    @property
    def rebuild_ratio(self) -> float | None:
        before, after = self.found["rebuilds"] or (None, None)
        return after["seconds"] / before["seconds"] if before and after else None

    @property
    def installs_again(self) -> bool:
        before, _ = self.found["rebuilds"] or (None, None)
        return bool(before and before["again"])


def read_rows(projects: Sequence[FieldProject], results: Path) -> tuple[Row, ...]:
    """Those of the projects that have a result, in their order."""
    paths = ((project, results / project.result) for project in projects)
    return tuple(
        Row(project, json.loads(path.read_text(encoding="utf-8"))) for project, path in paths if path.exists()
    )


def unrun(projects: Sequence[FieldProject], rows: Sequence[Row]) -> tuple[FieldProject, ...]:
    """Those without a result whose repository has not two yet that count."""
    known = {row.project for row in rows}
    counted = Counter(row.project.repository for row in rows if row.counts)
    return tuple(one for one in projects if one not in known and counted[one.repository] < _MOST_OF_ONE)


def page(projects: Sequence[FieldProject], results: Path) -> str:
    """Markdown: of each kind of project what the numbers come to, then one row for each that has a result."""
    rows = read_rows(projects, results)
    parts = [_HEAD]
    for title, text, sample in _KINDS:
        parts.append(f"\n## {title}\n\n{text}\n\n")
        left = sum(one.sample is sample for one in unrun(projects, rows))
        parts += _section([row for row in rows if row.project.sample is sample], left)
    return "".join(parts)


def _section(rows: Sequence[Row], left: int) -> list[str]:
    """`left`: how many more are listed that have not been run."""
    inside = [row for row in rows if row.counts]
    outside = [f"- {_label(row)}: {_brief(row.found['why'])}\n" for row in rows if not row.counts]
    why = "\nNot counted, because the original does not build or does not come up here by itself:\n\n"
    return [
        *_summary(inside),
        *([f"- {left} more are listed and have not been run yet.\n"] if left else ()),
        "\n",
        _line(_COLUMNS),
        _line("-" * len(_COLUMNS)),
        *(_line(_cells(row)) for row in inside),
        *([why, *outside] if outside else ()),
    ]


def _summary(rows: Sequence[Row]) -> list[str]:
    verdicts = Counter(row.verdict for row in rows)
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    return [
        f"- {len(rows)} projects whose original builds and starts: {told}.\n",
        _median("size on a full base", (row.size_ratio for row in rows if row.stands_on_full)),
        _median("size on a slim base", (row.size_ratio for row in rows if not row.stands_on_full)),
        _median(
            "rebuild after a one-line edit, where the original's installs its packages again",
            (row.rebuild_ratio for row in rows if row.installs_again),
        ),
        _median(
            "rebuild after a one-line edit, elsewhere",
            (row.rebuild_ratio for row in rows if not row.installs_again),
        ),
    ]


def _median(what: str, ratios: Iterable[float | None]) -> str:
    known = sorted(ratio for ratio in ratios if ratio is not None)
    if not known:
        return f"- Proved, {what}: none.\n"
    middle = statistics.median(known)
    return f"- Proved, {what}: {middle:.2f} in the median of {len(known)}, {known[-1]:.2f} at most.\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cells(row: Row) -> tuple[str, ...]:
    found = row.found
    return (
        _label(row),
        _base(found),
        row.verdict,
        found["strategy"],
        *map(_megabytes, found["sizes"]),
        _number(row.size_ratio),
        _megabytes(found["own_size"]),
        _number(row.rebuild_ratio),
        str(found["candidates"]),
        _brief(found["why"]) or "; ".join(map(_brief, found["added"])),
    )


def _label(row: Row) -> str:
    return f"{row.project.name}{' (flattened)' if row.project.flatten else ''}"


def _base(found: dict[str, Any]) -> str:
    stood_in = f" (for {', '.join(found['stood_in'])})" if found["stood_in"] else ""
    return f"{found['base']}{stood_in}"


def _number(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _megabytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1e6:.0f} MB"


def _brief(text: str) -> str:
    return text.partition("\n")[0].replace("|", "/")[:160]
