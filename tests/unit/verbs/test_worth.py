from __future__ import annotations

from dataclasses import replace

from stagewright.design.template import from_recipe
from stagewright.model.design import Hardening
from stagewright.verbs.settings import MinSaving
from stagewright.verbs.worth import too_little
from tests.unit.design.recipes import BUN, BUN_PROJECT

MB = 1_000_000
PLAIN = replace(from_recipe(BUN, BUN_PROJECT), hardenings=())


def test_a_design_that_saves_little_is_declined_with_what_it_would_save() -> None:
    decline = too_little(PLAIN, MinSaving(), 100 * MB, 98 * MB)
    assert decline is not None
    assert decline.reason.startswith("The best design saves 2.0 MB of 100.0 MB, ")
    assert too_little(PLAIN, MinSaving(), 100 * MB, 90 * MB) is None


def test_a_hardening_is_worth_it_but_not_one_that_changes_nothing() -> None:
    on, open_ = Hardening("user", True, ""), Hardening("user", False, "")
    assert too_little(replace(PLAIN, hardenings=(on,)), MinSaving(), 100 * MB, 100 * MB) is None
    assert too_little(replace(PLAIN, hardenings=(open_,)), MinSaving(), 100 * MB, 100 * MB)
