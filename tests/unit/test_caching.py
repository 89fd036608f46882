from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.caching import cache_folder
from stagewright.engine.runs import Runs
from stagewright.evidence.cache import LayerCache


def test_a_user_without_a_home_is_served_and_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert cache_folder() == Path("/dev/null/stagewright")
    runs = Runs("engine")
    runs.begin("a" * 12)
    assert list(runs.ended()) == []
    layers = LayerCache()
    layers.save_packed_size("sha256:1", 1)
    assert (layers.packed_size("sha256:1"), layers.load("sha256:1")) == (None, None)
