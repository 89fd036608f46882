import io
import os
from pathlib import Path

import pytest

from stagewright.evidence import cache as cache_module
from stagewright.evidence.cache import LayerCache
from stagewright.evidence.layer import LayerFiles, read_layer
from tests.unit.evidence.images import file, folder, layer
from tests.unit.evidence.test_elf import made, with_sections
from tests.unit.evidence.test_jars import jar_of


def _layer(name: str = "a") -> LayerFiles:
    members = [
        folder("d"),
        file(f"d/{name}", made(True, "<"), pax_headers={"SCHILY.xattr.user.x": "y"}),
        file("caf\udce9", b"#!/bin/sh\n"),
        file("d/crab", with_sections({".comment": b"rustc version 1.75.0\0"})),
        file("d/app.jar", jar_of(b"Main-Class: Main\nClass-Path: a.jar b.jar\n")),
        file("d/.wh.gone"),
        file("e/.wh..wh..opq"),
    ]
    return read_layer(io.BytesIO(layer(*members)))


def test_gives_back_what_it_was_given(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path / "new")
    assert cache.names(["sha256:aa"]) == {"sha256:aa"}
    assert cache.load("sha256:aa") is None
    cache.save("sha256:aa", "sha256:bb", _layer())
    assert LayerCache(tmp_path / "new").load("sha256:aa") == _layer()
    assert cache.names(["sha256:aa"]) == {"sha256:aa", "sha256:bb"}
    assert cache.names([]) == frozenset()


def test_a_broken_file_counts_as_absent(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path)
    cache.save("sha256:aa", "", _layer())
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    assert cache.load("sha256:aa") is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = LayerCache(tmp_path / "file" / "below")
    cache.save("sha256:aa", "", _layer())
    assert cache.load("sha256:aa") is None


def test_the_layers_that_nobody_asked_for_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = LayerCache(tmp_path)
    for index, name in enumerate("abc"):
        cache.save(f"sha256:{name}", f"sha256:blob-{name}", _layer(name))
        os.utime(tmp_path / f"{name}.json.zst", (index, index))
    cache.load("sha256:a")
    size = (tmp_path / "a.json.zst").stat().st_size
    monkeypatch.setattr(cache_module, "LIMIT_BYTES", int(size * 3.5))
    cache.save("sha256:d", "", _layer("d"))
    assert [name for name in "abcd" if cache.load(f"sha256:{name}")] == ["a", "c", "d"]
    assert "sha256:blob-b" not in cache.names(["sha256:b"])


def test_its_place_is_the_user_s_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    LayerCache().save("sha256:aa", "", _layer())
    assert (tmp_path / "stagewright" / "layers-3" / "aa.json.zst").exists()
