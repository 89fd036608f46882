"""Whatever is changed in a saved image: it is read, or refused with our own error."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from stagewright.errors import StagewrightError
from stagewright.report.image_json import to_json
from stagewright.report.image_text import render
from stagewright.verbs.image import image
from tests.unit.saved_images import as_archive, oci, older
from tests.unit.verbs.test_image import LAYERS, MADE


def _archives() -> tuple[bytes, ...]:
    with tempfile.TemporaryDirectory() as folder:
        forms = (oci(LAYERS, MADE), older(LAYERS, MADE))
        return tuple(as_archive(files, Path(folder) / "image.tar").read_bytes() for files in forms)


ARCHIVES = _archives()
CHANGES = st.lists(st.tuples(st.integers(0, 99_999), st.binary(min_size=1, max_size=12)), max_size=3)


_profile = settings(derandomize=True, deadline=None, max_examples=300, database=None)


def _changed(data: bytes, changes: list[tuple[int, bytes]]) -> bytes:
    changed = bytearray(data)
    for place, value in changes:
        changed[place % len(data) : place % len(data) + len(value)] = value
    return bytes(changed)


def _is_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.tar"
        path.write_bytes(data)
        with suppress(StagewrightError):
            found = image(str(path))
            assert found.visible <= found.stored
            assert render(found)
            assert to_json(found)


@_profile
@given(st.sampled_from(ARCHIVES), CHANGES, st.integers(0, 99_999))
def test_an_archive_of_any_bytes(archive: bytes, changes: list[tuple[int, bytes]], cut: int) -> None:
    data = _changed(archive, changes)
    _is_read_or_refused(data if cut % 2 else data[:cut])


@_profile
@given(st.lists(CHANGES, min_size=len(LAYERS), max_size=len(LAYERS)))
def test_layers_of_any_bytes_under_digests_that_fit(changes: list[list[tuple[int, bytes]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        layers = [_changed(layer, some) for layer, some in zip(LAYERS, changes, strict=True)]
        path = as_archive(oci(layers, MADE), Path(folder) / "image.tar")
        _is_read_or_refused(path.read_bytes())
