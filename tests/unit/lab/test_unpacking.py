from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from tests.lab import unpacking


def test_archives_are_unpacked_with_and_without_filters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "a.tar"
    with tarfile.open(packed, "w") as archive:
        member = tarfile.TarInfo("a")
        member.size = 1
        archive.addfile(member, io.BytesIO(b"x"))
    with unpacking.opened(packed) as archive:
        assert archive.extraction_filter is getattr(tarfile, "data_filter", None)
        archive.extractall(tmp_path / "filtered")  # noqa: S202 - it was packed here
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    with unpacking.opened(packed) as archive:
        assert archive.extraction_filter is None
    assert (tmp_path / "filtered" / "a").read_bytes() == b"x"
