"""Edits replace spans; what is not edited does not move by a byte."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stagewright.dockerfile.tree import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """`text[span.start:span.end]` becomes `replacement`; an empty span inserts."""

    span: Span
    replacement: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """All edits at once; those at the same place in the given order. Overlaps raise ValueError."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        start, end = edit.span
        if not at <= start <= end <= len(text):
            raise ValueError(f"edit of {start}:{end} overlaps another or lies outside of the text")
        pieces += (text[at:start], edit.replacement)
        at = end
    return "".join(pieces) + text[at:]


def unified_diff(before: str, after: str, path: str) -> str:
    """A diff that `patch -p1` and `git apply` take; empty when nothing changed."""
    import difflib

    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """Split at `\\n` alone, as the language does; the ends are kept."""
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + ([last] if last else [])
