"""Pages of measurements, as Prometheus reads them: what a runtime counts of itself is no behaviour."""

from __future__ import annotations

import re

from stagewright.model.run import Answer

# Its content type: https://prometheus.io/docs/instrumenting/exposition_formats/
_PAGE = re.compile(r"text/plain;.*\bversion=(?:0\.0\.4|1\.0\.0)|application/openmetrics-text", re.I)
_OF_A_RUNTIME = re.compile(r"^((?:go|jvm|nodejs|process|python)_\w+(?:\{[^\n]*\})?) [^\n]+$", re.M)


def is_page(answer: Answer) -> bool:
    """Whether it is one."""
    return _PAGE.search(dict(answer.headers).get("content-type", "")) is not None


def without_own(body: str) -> str:
    """The page without the values of what Go, Java, Node and Python count of themselves; the labels stay."""
    return _OF_A_RUNTIME.sub(r"\1 <measured>", body)
