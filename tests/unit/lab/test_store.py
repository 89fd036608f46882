"""The shared OCI layout: what counts as whole, what makes another image, the archive to load."""

import dataclasses
import io
import json
import tarfile
from pathlib import Path

import pytest

from tests.lab import commands, engine, layout, machine, store
from tests.lab.images import alpine
from tests.lab.images.recipe import Recipe

BASE = Recipe("base", ("base:1",), "debian/Dockerfile")
CHILD = Recipe("child", ("example.org/child:1", "child:1"), "busybox/Dockerfile", needs=("base",))
RECIPES = (BASE, CHILD)


def test_code_that_another_module_prepares_with_makes_another_image() -> None:
    recipe = next(one for one in alpine.recipes() if one.name == "node-24-alpine")
    assert [path.name for path in store.sources(recipe)] == ["alpine.py", "bun.py", "golang.py", "node.py"]
    assert [path.name for path in store.sources(BASE)] == ["recipe.py"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(layout, "INDEX", tmp_path / "images")
    monkeypatch.setattr(store, "ARCHIVES", tmp_path)
    monkeypatch.setattr(layout, "BLOBS", tmp_path / "blobs")
    monkeypatch.setattr(machine, "own_certificates", lambda: "")
    monkeypatch.setattr(machine, "apt_settings", lambda: "")
    (tmp_path / "images").mkdir()
    (tmp_path / "blobs/sha256").mkdir(parents=True)
    return tmp_path


def put_image(folder: Path, name: str) -> str:
    """Blobs of an image with one layer of its own and one that all share; returns the manifest's digest."""
    for blob in (f"{name}-config", f"{name}-layer", "shared-layer"):
        (folder / "blobs/sha256" / blob).write_text(blob)
    layers = [{"digest": "sha256:shared-layer"}, {"digest": f"sha256:{name}-layer"}]
    manifest = {"config": {"digest": f"sha256:{name}-config"}, "layers": layers}
    (folder / "blobs/sha256" / name).write_text(json.dumps(manifest))
    return f"sha256:{name}"


def put_entry(folder: Path, recipe: Recipe, parents: dict[str, str | None]) -> layout.Entry:
    manifest = put_image(folder, recipe.name)
    entry: layout.Entry = {
        "tags": [*recipe.tags, f"stagewright-lab/{recipe.name}:key"],
        "manifest": manifest,
        "ids": [manifest],
        "parents": parents,
    }
    layout.write_entry(layout.entry_path(recipe, store.recipe_keys(RECIPES)), entry)
    return entry


def stored() -> set[str]:
    return set(layout.stored_entries(RECIPES, store.recipe_keys(RECIPES)))


def test_a_whole_image_on_its_present_parent_is_stored(folder: Path) -> None:
    put_entry(folder, BASE, {})
    put_entry(folder, CHILD, {"base": "sha256:base"})
    assert stored() == {"base", "child"}


def test_an_image_whose_parent_was_built_anew_is_not_stored(folder: Path) -> None:
    put_entry(folder, BASE, {})
    put_entry(folder, CHILD, {"base": "sha256:an-earlier-base"})
    assert stored() == {"base"}


@pytest.mark.parametrize("blob", ["base", "base-config", "shared-layer"])
def test_an_image_that_lacks_a_blob_is_not_stored(folder: Path, blob: str) -> None:
    put_entry(folder, BASE, {})
    (folder / "blobs/sha256" / blob).unlink()
    assert stored() == set()


def test_prune_keeps_what_is_used_and_nothing_else(folder: Path) -> None:
    put_entry(folder, BASE, {})
    put_image(folder, "forgotten")
    (folder / "images/forgotten-0.json").write_text("{}")
    keys = store.recipe_keys(RECIPES)
    layout.prune(RECIPES, keys, layout.stored_entries(RECIPES, keys))
    left = {path.name for path in (folder / "blobs/sha256").iterdir()}
    assert left == {"base", "base-config", "base-layer", "shared-layer"}
    assert len(list((folder / "images").iterdir())) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"tags": ("base:2",)},
        {"arguments": (("RELEASE", "trixie"),)},
        {"versions": ("2",)},
        {"dockerfile": "busybox/Dockerfile"},
    ],
)
def test_the_key_of_an_image_and_of_those_on_it_follows_what_goes_into_it(change: dict[str, object]) -> None:
    before = store.recipe_keys(RECIPES)
    after = store.recipe_keys((dataclasses.replace(BASE, **change), CHILD))  # type: ignore[arg-type]
    assert before["base"] != after["base"]
    assert before["child"] != after["child"]


def test_the_key_follows_the_authorities_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = store.recipe_keys(RECIPES)
    monkeypatch.setattr(machine, "own_certificates", lambda: "another")
    assert store.recipe_keys(RECIPES)["base"] != before["base"]


def test_the_archive_has_both_formats_and_each_blob_once(folder: Path) -> None:
    entries = [put_entry(folder, BASE, {}), put_entry(folder, CHILD, {"base": "sha256:base"})]
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w|") as archive:
        layout.write_archive(archive, entries)
    output.seek(0)
    with tarfile.open(fileobj=output) as archive:
        names = archive.getnames()
        index = json.loads(read(archive, "index.json"))
        old = json.loads(read(archive, "manifest.json"))
    assert len(names) == len(set(names))
    named = {
        entry["annotations"]["io.containerd.image.name"]: entry["digest"] for entry in index["manifests"]
    }
    assert named["docker.io/library/base:1"] == "sha256:base"
    assert named["example.org/child:1"] == "sha256:child"
    assert old[1]["Config"] == "blobs/sha256/child-config"
    assert old[1]["Layers"] == ["blobs/sha256/shared-layer", "blobs/sha256/child-layer"]
    assert set(old[1]["Layers"]) <= set(names)


def read(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None
    return file.read()


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("node:22", "docker.io/library/node:22"),
        ("oven/bun:1", "docker.io/oven/bun:1"),
        ("gcr.io/distroless/cc:nonroot", "gcr.io/distroless/cc:nonroot"),
        ("localhost:5000/a:1", "localhost:5000/a:1"),
    ],
)
def test_full_names(tag: str, name: str) -> None:
    assert layout.full_name(tag) == name


def test_what_does_not_build_is_named_and_the_others_are_built(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Recipe("other", ("other:1",), "debian/Dockerfile")
    built: list[str] = []

    def build(_shop: object, recipe: Recipe, _keys: object, _stored: object) -> layout.Entry:
        built.append(recipe.name)
        if recipe.name == "base":
            raise commands.LabError("docker: exit code 1\nno such package")
        return {"tags": [], "manifest": "", "ids": [], "parents": {}}

    monkeypatch.setattr(store, "build", build)
    monkeypatch.setattr(engine, "loaded", lambda _client, _engine: {})
    shop = store.Shop(Path("docker"), engine.current(Path("bin")))
    with pytest.raises(commands.LabError, match="base: no such package\n  child: what it stands on"):
        store.provide(shop, (*RECIPES, other))
    assert built == ["base", "other"]
