"""The Multi-Stage Build Design as Markdown. What was not measured is called so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stagewright.model.design import Design, StagePlan

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def markdown(design: Design) -> str:
    """The whole report, the Dockerfile itself included."""
    sections = [
        "# Multi-Stage Build Design",
        _notes(design),
        _stages(design),
        _commands(design),
        f"## Dockerfile\n\n{_fenced(design.dockerfile, 'dockerfile')}",
        _contents(design),
        _left_behind(design),
        _moved(design),
        _hardening(design),
        _facts(design),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def size_text(size: int | None) -> str:
    """Decimal units, as image sizes are given: `12.3 MB`."""
    if size is None:
        return "not measured"
    for unit, factor in _UNITS:
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


def _notes(design: Design) -> str:
    lines = [f"Strategy: {design.strategy}; ecosystem: {design.ecosystem or 'none recognised'}."]
    if design.naive is not None:
        lines.append(
            "The project has no Dockerfile: the proof compares with the single-stage file that people write."
        )
    lines += design.notes
    lines += [f"Waived: {rule}: {why}" for rule, why in design.waivers]
    return "\n".join(f"- {line}" for line in lines)


def _stages(design: Design) -> str:
    rows = [(stage.name, stage.purpose, f"`{stage.base}`", _stage_size(stage)) for stage in design.stages]
    return "## Stages\n\n" + _table(("Stage", "Purpose", "Base Image", "Size"), rows)


def _stage_size(stage: StagePlan) -> str:
    """A registry knows the base alone, and its layers as they travel: never shown as a stage's size."""
    if stage.size is None and stage.base_compressed is not None:
        return f"base: {size_text(stage.base_compressed)} compressed (registry)"
    return size_text(stage.size)


def _commands(design: Design) -> str:
    commands = "\n".join(f"# {target.name}: {target.purpose}\n{target.command}" for target in design.targets)
    return "## Build Commands\n\n" + (_fenced(commands, "sh") if commands else "`docker build .`")


def _contents(design: Design) -> str:
    rows = [(f"`{row.path}`", row.what, size_text(row.size)) for row in design.contents]
    return "## Final Image Contents\n\n" + _table(("Path", "What", "Size"), rows, "Nothing above the base.")


def _left_behind(design: Design) -> str:
    rows = [(row.what, row.why, size_text(row.size)) for row in design.left_behind]
    return "## Left Behind\n\n" + _table(("What", "Why", "Size"), rows, "Nothing.")


def _moved(design: Design) -> str:
    rows = [
        (str(move.line), f"`{_first_line(move.text)}`", ", ".join(move.stages) or "nowhere", move.why)
        for move in sorted(design.moved, key=lambda move: move.line)
    ]
    empty = "There was no Dockerfile." if design.naive is not None else "No instruction moved."
    return "## What Moved Where\n\n" + _table(("Line", "Instruction", "Stages", "Why"), rows, empty)


def _hardening(design: Design) -> str:
    rows = [
        (item.name, "on" if item.on else "open", item.explanation, item.needs)
        for item in sorted(design.hardenings, key=lambda item: (not item.on, item.name))
    ]
    return "## Hardening\n\n" + _table(("Name", "State", "What it does", "What it needs"), rows, "None.")


def _facts(design: Design) -> str:
    rows = [
        (fact.subject, fact.kind, f"`{_first_line(fact.value)}`", fact.source, fact.evidence)
        for fact in design.facts
    ]
    return "## Facts\n\n" + _table(("Subject", "Kind", "Value", "Source", "Evidence"), rows, "None.")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], empty: str = "") -> str:
    body = [_row(row) for row in rows]
    if not body:
        return empty
    return "\n".join((_row(heads), _row(["---"] * len(heads)), *body))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _fenced(text: str, language: str) -> str:
    """A fence longer than any run of backticks in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _first_line(text: str) -> str:
    """Table cells are one line, and a backtick would end the code span."""
    first, newline, _ = text.partition("\n")
    return first.replace("`", "'").rstrip(" \\") + (" …" if newline else "")
