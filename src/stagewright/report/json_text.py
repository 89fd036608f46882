"""A document as the JSON that is printed."""

from __future__ import annotations

import json


def json_text(document: object) -> str:
    """Indented, with a final newline."""
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    # A name that is no UTF-8 has lone surrogates: as an escape they are still JSON.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
