"""Whether a change is worth making."""

from __future__ import annotations

from stagewright.model.design import Decline
from stagewright.verbs.settings import MinSaving


def too_little(min_saving: MinSaving, before: int, after: int) -> Decline | None:
    """Why a design that hardens nothing is not worth a change: it saves less than asked for. In bytes."""
    if min_saving.is_met(before, after):
        return None
    saved = max(0, before - after)
    return Decline(
        "min-saving",
        f"The best design saves {saved / 1e6:.1f} MB of {before / 1e6:.1f} MB, "
        "less than is worth a change (min_saving).",
    )
