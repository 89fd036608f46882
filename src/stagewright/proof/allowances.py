"""Which declared change explains a difference."""

from __future__ import annotations

from collections.abc import Sequence

from stagewright.model.design import Allowance


class Allowed:
    """The declared differences, asked by kind and subject."""

    def __init__(self, allows: Sequence[Allowance]) -> None:
        self._exact: dict[tuple[str, str], str] = {}
        self._below: dict[str, list[tuple[str, str]]] = {}
        for allowance in allows:
            if allowance.subject.endswith("/"):
                self._below.setdefault(allowance.kind, []).append((allowance.subject, allowance.by))
            else:
                self._exact.setdefault((allowance.kind, allowance.subject), allowance.by)

    def by(self, kind: str, subject: str) -> str:
        """What declares the difference; "" where nothing does."""
        if found := self._exact.get((kind, subject)):
            return found
        below = self._below.get(kind, ())
        return next((by for prefix, by in below if subject.startswith(prefix)), "")
