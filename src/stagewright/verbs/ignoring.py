"""Which ignore file counts for a candidate."""

from __future__ import annotations

from stagewright.model.design import Design
from stagewright.verbs.loading import Loaded


def ignore_text(loaded: Loaded, design: Design) -> str | None:
    """A candidate is built from a folder where the user's own ignore file is not seen: it is handed over."""
    for name in (f"{loaded.name}.dockerignore", ".dockerignore"):
        text = design.files.get(name) or loaded.as_read.get(name)
        if text is not None:
            return text
    return None
