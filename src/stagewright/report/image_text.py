"""What is in an image, for a reader: the sums first, then waste, layers, folders, packages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stagewright.model.inventory import Example, Inventory, Waste
from stagewright.report.check_text import printable
from stagewright.report.design_markdown import size_text

_WIDTH = 100


def render(inventory: Inventory) -> str:
    """Plain text."""
    blocks = (
        ("", _sums(inventory)),
        ("Waste", _waste(inventory.waste)),
        ("Layers", _layers(inventory)),
        ("Folders", _folders(inventory)),
        ("Packages", _packages(inventory)),
    )
    parts = []
    for head, rows in blocks:
        if lines := list(rows):
            parts.append("\n".join(printable(line) for line in ([head] if head else []) + lines))
    return "\n\n".join(parts) + "\n"


def _sums(inventory: Inventory) -> Iterator[str]:
    yield f"{inventory.name} ({inventory.platform})"
    layers, files = _count(len(inventory.layers), "layer"), _count(inventory.files, "file")
    yield f"  {size_text(inventory.size)} in {layers}, {files}"
    yield (
        f"  {size_text(inventory.stored)} stored, {size_text(inventory.visible)} visible: "
        f"efficiency {100 * inventory.efficiency:.1f} %"
    )
    share = inventory.wasted / inventory.stored if inventory.stored else 0
    yield f"  {size_text(inventory.wasted)} waste: {100 * share:.1f} % of what is stored"


def _waste(kinds: Sequence[Waste]) -> Iterator[str]:
    for one in kinds:
        yield f"  {size_text(one.size):>9}  {one.kind} ({_count(one.files, 'file')}): {one.why}"
        yield from (f"  {'':>9}    {_example(example)}" for example in one.examples)


def _example(one: Example) -> str:
    said = [_count(one.files, "file") if one.files > 1 else "", f"layer {one.layer}", one.detail]
    return f"{size_text(one.size):>9}  {one.path} ({', '.join(part for part in said if part)})"


def _layers(inventory: Inventory) -> Iterator[str]:
    yield f"  {'':>3} {'size':>9} {'files':>7} {'waste':>9}  instruction"
    for layer in inventory.layers:
        waste = size_text(sum(layer.waste.values()))
        made = _short(layer.created_by) or "not known"
        yield f"  {layer.index:>3} {size_text(layer.size):>9} {layer.files:>7} {waste:>9}  {made}"


def _folders(inventory: Inventory) -> Iterator[str]:
    for one in inventory.folders:
        yield f"  {size_text(one.size):>9} {one.files:>7} files  {one.path}"


def _packages(inventory: Inventory) -> Iterator[str]:
    for one in inventory.packages:
        version = f" {one.version}" if one.version else ""
        by = f"{one.name}{version} ({one.manager}, layer {one.layer})"
        yield f"  {size_text(one.size):>9} {one.files:>7} files  {by}"
    if more := inventory.packages_found - len(inventory.packages):
        yield f"  … and {more} more (--top)"


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
