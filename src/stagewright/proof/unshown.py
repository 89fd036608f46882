"""What `--bold` left behind, as a proof sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import UNSHOWN, Reason

_SHOWN = 20


def left_behind(
    before: ImageTree, after: ImageTree, reason_for: Callable[[str], Reason | None]
) -> dict[str, str]:
    """The paths that the new image lacks by the run-time closure alone: path → package or folder."""
    found = {}
    for path, entry in before.entries.items():
        if path in after.entries or entry.type == "dir":
            continue
        reason = reason_for(path)
        if reason is not None and reason.kind == UNSHOWN:
            found[path] = reason.why.partition(": ")[0]
    return found


def not_seen(left: Mapping[str, str]) -> tuple[str, ...]:
    """The line for the proof's scope."""
    names = sorted(set(left.values()))
    if not names:
        return ()
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    said = ", ".join(names[:_SHOWN]) + more
    return (f"whether it ever needs what only its run-time closure leaves behind (--bold): {said}",)
