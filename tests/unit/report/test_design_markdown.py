from dataclasses import replace

from stagewright.design.template import from_recipe
from stagewright.model.design import Moved
from stagewright.report.design_markdown import markdown, size_text
from tests.unit.design.recipes import BUN, BUN_PROJECT


def test_title_and_sections_in_order() -> None:
    text = markdown(from_recipe(BUN, BUN_PROJECT))
    heads = [line for line in text.splitlines() if line.startswith("#") and line.lstrip("#").startswith(" ")]
    heads = [line for line in heads if line.startswith(("# Multi", "## "))]
    assert heads == [
        "# Multi-Stage Build Design",
        "## Stages",
        "## Build Commands",
        "## Dockerfile",
        "## Final Image Contents",
        "## Left Behind",
        "## What Moved Where",
        "## Hardening",
        "## Facts",
    ]
    assert "| Stage | Purpose | Base Image | Size |" in text


def test_sizes_are_measured_or_called_not_measured() -> None:
    design = from_recipe(BUN, BUN_PROJECT)
    assert "`oven/bun:1-slim` | not measured |" in markdown(design)
    stages = (*design.stages[:-1], replace(design.production, size=123_456_789))
    assert "`oven/bun:1-slim` | 123.5 MB |" in markdown(replace(design, stages=stages))


def test_what_a_registry_says_is_called_the_bases_and_compressed() -> None:
    design = from_recipe(BUN, BUN_PROJECT)
    looked_up = replace(design.production, base_compressed=45_200_000)
    shown = markdown(replace(design, stages=(*design.stages[:-1], looked_up)))
    assert "`oven/bun:1-slim` | base: 45.2 MB compressed (registry) |" in shown
    measured = replace(looked_up, size=123_456_789)
    assert "`oven/bun:1-slim` | 123.5 MB |" in markdown(
        replace(design, stages=(*design.stages[:-1], measured))
    )


def test_every_moved_instruction_is_one_row() -> None:
    moved = (
        Moved(9, "RUN a | b \\\n  && c", ("builder",)),
        Moved(2, "RUN `x`", (), "nothing needs it"),
    )
    text = markdown(replace(from_recipe(BUN, BUN_PROJECT), moved=moved))
    assert "| 2 | `RUN 'x'` | nowhere | nothing needs it |\n| 9 | `RUN a \\| b …` | builder |  |" in text


def test_size_text() -> None:
    shown = [size_text(size) for size in (None, 0, 999, 1000, 1_500_000, 2_000_000_000)]
    assert shown == ["not measured", "0 B", "999 B", "1.0 kB", "1.5 MB", "2.0 GB"]
