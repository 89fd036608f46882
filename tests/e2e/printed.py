"""The JSON document that a command printed."""

from __future__ import annotations

import json
from typing import Any

import pytest


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Fails with what the command said on stderr where it printed no document."""
    out, err = capsys.readouterr()
    assert out, f"nothing was printed, but:\n{err}"
    read: dict[str, Any] = json.loads(out)
    return read
