from __future__ import annotations

import pytest

from stagewright.dockerfile import Edit, Span, apply_edits, unified_diff


def test_edits_replace_insert_and_delete() -> None:
    edits = [Edit(Span(4, 5), ""), Edit(Span(0, 1), "A"), Edit(Span(2, 2), "1"), Edit(Span(2, 2), "2")]
    assert apply_edits("abcdef", edits) == "Ab12cdf"


@pytest.mark.parametrize("spans", [((0, 2), (1, 3)), ((0, 7),), ((3, 2),)])
def test_overlaps_and_places_outside_are_refused(spans: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply_edits("abcdef", [Edit(Span(*span), "x") for span in spans])


def test_unified_diff() -> None:
    assert unified_diff("a\n", "a\n", "D") == ""
    assert unified_diff("a\r\nb", "a\r\nc\n", "D") == (
        "--- a/D\n+++ b/D\n@@ -1,2 +1,2 @@\n a\r\n-b\n\\ No newline at end of file\n+c\n"
    )
