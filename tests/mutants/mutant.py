"""One changed design."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`names`: a proof names the right thing when one of its reasons has one of these as a whole word."""

    change: str
    text: str
    names: tuple[str, ...]

    def is_named(self, reasons: list[str]) -> bool:
        whole = re.compile("|".join(rf"(?<![\w./-]){re.escape(name)}(?![\w.-])" for name in self.names))
        return any(whole.search(reason) for reason in reasons)
