import gzip
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from stagewright.engine.images import Layer
from stagewright.engine.saved import SavedImageBroken, open_saved
from tests.unit.evidence.images import file, layer
from tests.unit.saved_images import (
    Files,
    as_archive,
    as_folder,
    blob,
    config_of,
    descriptor,
    digest,
    oci,
    older,
)

LAYERS = [layer(file("a", b"one")), layer(file("b", b"two"))]
MADE = ["ADD rootfs.tar /", "RUN two"]
FORMS = [oci(LAYERS, MADE), oci(LAYERS, MADE, gzip.compress), older(LAYERS, MADE)]


def _write(files: Files, place: Path, form: str) -> Path:
    return as_folder(files, place / "layout") if form == "folder" else as_archive(files, place / "image.tar")


def _contents(path: Path) -> dict[str, bytes]:
    with open_saved(path) as source, source.blobs() as blobs:
        return {one.digest: content for one in blobs if (content := one.read()) is not None}


@pytest.mark.parametrize("form", ["folder", "archive"])
@pytest.mark.parametrize("files", FORMS, ids=["oci", "gzip", "older"])
def test_each_form_gives_the_same_image(files: Files, form: str, tmp_path: Path) -> None:
    path = _write(files, tmp_path, form)
    with open_saved(path) as source:
        assert source.config.entrypoint == ("/app/start",)
        assert source.config.architecture == "amd64"
        assert source.layers == tuple(
            Layer(index, digest(data), made) for index, (data, made) in enumerate(zip(LAYERS, MADE))
        )
    assert _contents(path) == {digest(data): data for data in LAYERS}


def test_half_a_pair_of_surrogates_is_read_as_the_engine_reads_it(tmp_path: Path) -> None:
    with open_saved(as_folder(_config(config={"Cmd": ["a\ud800"]}), tmp_path)) as source:
        assert source.config.cmd == ("a\ufffd",)


def test_a_history_that_does_not_fit_says_nothing(tmp_path: Path) -> None:
    with open_saved(as_folder(oci(LAYERS, MADE[:1]), tmp_path)) as source:
        assert [one.created_by for one in source.layers] == ["", ""]


def _with_index(index: Any, *blobs: bytes) -> Files:
    return oci(LAYERS) | {blob(data): data for data in blobs} | {"index.json": json.dumps(index).encode()}


def _manifest_of(files: Files) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files["index.json"])["manifests"][0]
    return found


def test_of_several_platforms_the_first_that_is_there(tmp_path: Path) -> None:
    absent = {"digest": digest(b"absent"), "platform": {"os": "linux", "architecture": "arm64"}}
    attestation = json.dumps({"config": descriptor(b""), "layers": []}).encode()
    inner = json.dumps(
        {
            "manifests": [
                absent,
                descriptor(attestation, platform={"os": "unknown"}),
                _manifest_of(oci(LAYERS)),
            ]
        }
    ).encode()
    path = as_folder(_with_index({"manifests": [descriptor(inner)]}, inner, attestation), tmp_path)
    assert len(_contents(path)) == 2


def test_an_image_with_two_names_is_one_and_two_images_are_refused(tmp_path: Path) -> None:
    def named(one: dict[str, Any], name: str) -> dict[str, Any]:
        return one | {"annotations": {"io.containerd.image.name": name}}

    one, other = _manifest_of(oci(LAYERS)), _manifest_of(oci(LAYERS[:1]))
    twice = _with_index({"manifests": [named(one, "app:1"), named(one, "app:2")]})
    assert _contents(as_folder(twice, tmp_path / "twice"))
    both = _with_index({"manifests": [named(one, "app"), named(other, "b\x1b")]})
    with (
        pytest.raises(SavedImageBroken, match=r"2 images: \['app', 'b\\x1b'\]"),
        open_saved(as_folder(both, tmp_path / "both")),
    ):
        pass
    image = json.loads(older(LAYERS)["manifest.json"])
    several = older(LAYERS) | {"manifest.json": json.dumps(image * 2).encode()}
    with pytest.raises(SavedImageBroken, match="2 images"), open_saved(as_archive(several, tmp_path / "s")):
        pass


def _replaced(files: Files, name: str, data: bytes | None) -> Files:
    return {key: value for key, value in files.items() if key != name} | (
        {} if data is None else {name: data}
    )


def _config(**changes: Any) -> Files:
    return oci(LAYERS, config=config_of(LAYERS) | changes)


LAYER = blob(LAYERS[1])
MANIFEST = _manifest_of(oci(LAYERS))["digest"].replace("sha256:", "blobs/sha256/")
BROKEN: dict[str, tuple[Files, str]] = {
    "nothing": ({}, "neither index.json nor manifest.json"),
    "no JSON": ({"index.json": b"{"}, "cannot be read"),
    "deep JSON": ({"index.json": b"[" * 100_000}, "cannot be read"),
    "another JSON": ({"index.json": b"[]"}, "cannot be read"),
    "no manifests": ({"index.json": b'{"manifests": []}'}, "no image that is in it"),
    "a strange digest": (
        {"index.json": b'{"manifests": [{"digest": "sha256:../../../etc/passwd"}]}'},
        "is no sha256",
    ),
    "a manifest of another digest": (_replaced(oci(LAYERS), MANIFEST, b"{}"), "does not have the digest"),
    "no layer": (_replaced(oci(LAYERS), LAYER, None), "is not in it"),
    "a layer of another digest": (_replaced(oci(LAYERS), LAYER, LAYERS[0]), "does not have the digest"),
    "a layer that is no tar": (_replaced(oci(LAYERS), LAYER, b"text" * 999), "is no tar"),
    "no configuration": (
        {name: data for name, data in older(LAYERS).items() if not name.endswith(".json") or "man" in name},
        "configuration is not in it",
    ),
    "fewer digests": (_config(rootfs={"diff_ids": []}), "2 layers, and 0 digests"),
    "digests that are none": (_config(rootfs={"diff_ids": [1, 2]}), "cannot be read"),
    "words that are none": (_config(config={"Cmd": [["a"]]}), "cannot be read"),
    "times that are none": (
        _config(config={"Healthcheck": {"Test": ["CMD", "a"], "Interval": 10**400}}),
        "cannot be read",
    ),
    "a history of nothing": (_config(history=[None]), "cannot be read"),
    "a layer outside": (
        older(LAYERS)
        | {"manifest.json": json.dumps([{"Config": "c", "Layers": ["../../x"]}]).encode(), "c": b"{}"},
        "cannot be read",
    ),
}


@pytest.mark.parametrize("form", ["folder", "archive"])
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_said(name: str, form: str, tmp_path: Path) -> None:
    files, message = BROKEN[name]
    (tmp_path / "layout").mkdir()
    with pytest.raises(SavedImageBroken, match=message) as raised:
        _contents(_write(files, tmp_path, form))
    assert raised.value.hint


def test_a_link_that_leads_out_of_a_layout_is_not_followed(tmp_path: Path) -> None:
    folder = as_folder(oci(LAYERS), tmp_path / "layout")
    outside = tmp_path / "outside"
    (folder / LAYER).rename(outside)
    (folder / LAYER).symlink_to(outside)
    with pytest.raises(SavedImageBroken, match="is not in it"):
        _contents(folder)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_compressed_archive_is_not_unpacked(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = as_archive(oci(LAYERS), tmp_path / "image.tar")
    path.write_bytes(pack(path.read_bytes()))
    with pytest.raises(SavedImageBroken, match="it is compressed") as raised:
        _contents(path)
    assert "Unpack it first" in raised.value.hint


def test_an_archive_that_ends_too_early(tmp_path: Path) -> None:
    path = as_archive(oci(LAYERS), tmp_path / "image.tar")
    path.write_bytes(path.read_bytes()[:15_000])
    with pytest.raises(SavedImageBroken, match="not a whole one"):
        _contents(path)


def test_a_description_without_end_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("index.json")
        member.size = 17 << 20
        archive.addfile(member, io.BytesIO(bytes(member.size)))
    with pytest.raises(SavedImageBroken, match="larger than"):
        _contents(path)


def test_what_is_neither_file_nor_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SavedImageBroken, match="neither a file nor a folder"):
        _contents(tmp_path / "pipe")
