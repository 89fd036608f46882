from __future__ import annotations

import pytest

from stagewright import tables


@pytest.mark.parametrize("data", ['{"a": 1}', b'{"a": 1}', '\ufeff{"a": 1}', b'\xef\xbb\xbf{"a": 1}'])
def test_an_object_is_read_from_text_and_bytes_with_and_without_a_mark(data: str | bytes) -> None:
    assert tables.from_json(data) == {"a": 1}


@pytest.mark.parametrize("data", ["", "[]", "null", "[" * 100_000, f'{{"a": {"9" * 5000}}}', b"\xff"])
def test_what_is_no_object_is_none(data: str | bytes) -> None:
    assert tables.from_json(data) is None


def test_half_a_pair_of_surrogates_is_no_character() -> None:
    data = r'{"\ud800": ["\uD83D\uDE00", "a\uDfffb", "\\ud800"], "n": 1.50}'
    assert tables.from_json(data) == {"\ufffd": ["\U0001f600", "a\ufffdb", r"\ud800"], "n": 1.5}


@pytest.mark.parametrize("data", ["a = 1", b"\xef\xbb\xbfa = 1"])
def test_a_table_is_read(data: str | bytes) -> None:
    assert tables.from_toml(data) == {"a": 1}


@pytest.mark.parametrize("data", ["a", "a = " + "[" * 5000, "a = " + "9" * 5000, "a." * 500_000 + "a = 1"])
def test_what_is_no_toml_is_none(data: str) -> None:
    assert tables.from_toml(data) is None


def test_what_has_another_form_is_empty() -> None:
    data = {"a": {"b": "c", "d": 1}, "e": ["f", 2, {"g": 3}], "h": "i"}
    assert tables.table(data, "a") == {"b": "c", "d": 1}
    assert tables.table(data, "e") == tables.table(["a"], "a") == tables.table(None, "a") == {}
    assert tables.named_texts(data, "a") == {"b": "c"}
    assert tables.named_texts(data, "h") == {}
    assert (tables.texts(data["e"]), tables.texts("f")) == (["f"], [])
    assert (tables.rows(data["e"]), tables.rows({"g": 3})) == ([{"g": 3}], [])
    assert (tables.text(data["h"]), tables.text(data["e"])) == ("i", "")
