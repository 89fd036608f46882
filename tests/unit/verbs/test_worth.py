from __future__ import annotations

from stagewright.verbs.settings import MinSaving
from stagewright.verbs.worth import too_little

MB = 1_000_000


def test_a_design_that_saves_little_is_declined_with_what_it_would_save() -> None:
    decline = too_little(MinSaving(), 100 * MB, 98 * MB)
    assert decline is not None
    assert decline.reason.startswith("The best design saves 2.0 MB of 100.0 MB, ")
    assert too_little(MinSaving(), 100 * MB, 90 * MB) is None
