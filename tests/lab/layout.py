"""The images as they are kept: one OCI layout that holds each layer once, however many images stand on it.

Beside its blobs, `images/NAME-KEY.json` says which manifest is the image; KEY is a hash of what went into it.
"""

import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from tests.lab.images.recipe import Recipe
from tests.lab.paths import ARCHIVES

INDEX = ARCHIVES / "images"
BLOBS = ARCHIVES / "blobs"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"


class Entry(TypedDict):
    """An image in the layout. Its last tag holds the key of its recipe."""

    tags: list[str]
    manifest: str
    ids: list[str]
    """How the engines name it: the new store by its manifest, the old one by its configuration."""
    parents: dict[str, str | None]
    """The manifests of the images that it stands on."""


def entry_path(recipe: Recipe, keys: Mapping[str, str]) -> Path:
    return INDEX / f"{recipe.name}-{keys[recipe.name]}.json"


def write_entry(path: Path, entry: Entry) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(entry), encoding="utf-8")
    partial.rename(path)


def whole(entry: Entry) -> bool:
    """Whether all that this image consists of is in the layout."""
    manifest = entry["manifest"]
    return blob_path(manifest).exists() and all(blob_path(digest).exists() for digest in contents(manifest))


def contents(manifest: str) -> list[str]:
    """The digests of an image's configuration and of its layers."""
    parsed = json.loads(blob_path(manifest).read_text(encoding="utf-8"))
    return [parsed["config"]["digest"], *(layer["digest"] for layer in parsed["layers"])]


def blob_path(digest: str) -> Path:
    return BLOBS / digest.replace(":", "/")


def stored_entries(recipes: Sequence[Recipe], keys: Mapping[str, str]) -> dict[str, Entry]:
    """The images in the layout that are whole and stand on the very images that are there too."""
    stored: dict[str, Entry] = {}
    for recipe in recipes:
        path = entry_path(recipe, keys)
        entry = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        if entry and whole(entry) and entry["parents"] == parents(recipe, stored):
            stored[recipe.name] = entry
    return stored


def parents(recipe: Recipe, stored: Mapping[str, Entry]) -> dict[str, str | None]:
    return {name: stored[name]["manifest"] if name in stored else None for name in recipe.needs}


def write_archive(archive: tarfile.TarFile, entries: Sequence[Entry]) -> None:
    """An OCI layout that is at the same time the older archive, with its manifest.json."""
    old: list[dict[str, Any]] = []
    new: list[dict[str, Any]] = []
    digests: dict[str, None] = {}
    for entry in entries:
        size = blob_path(entry["manifest"]).stat().st_size
        inside = contents(entry["manifest"])
        digests.update(dict.fromkeys([entry["manifest"], *inside]))
        config, *layers = [f"blobs/{digest.replace(':', '/')}" for digest in inside]
        old.append({"Config": config, "RepoTags": entry["tags"], "Layers": layers})
        descriptor = {"mediaType": MANIFEST_TYPE, "digest": entry["manifest"], "size": size}
        new += [
            {**descriptor, "annotations": {"io.containerd.image.name": full_name(tag)}}
            for tag in entry["tags"]
        ]
    add_text(archive, "oci-layout", {"imageLayoutVersion": "1.0.0"})
    add_text(archive, "index.json", {"schemaVersion": 2, "manifests": new})
    add_text(archive, "manifest.json", old)
    for digest in digests:
        archive.add(blob_path(digest), f"blobs/{digest.replace(':', '/')}")


def add_text(archive: tarfile.TarFile, name: str, value: object) -> None:
    content = json.dumps(value).encode()
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def full_name(tag: str) -> str:
    """The tag with the registry and the folder that the engine adds to short names."""
    first, slash, _ = tag.partition("/")
    if slash and ("." in first or ":" in first):
        return tag
    return f"docker.io/{tag}" if slash else f"docker.io/library/{tag}"


def prune(recipes: Sequence[Recipe], keys: Mapping[str, str], stored: Mapping[str, Entry]) -> None:
    """Delete what none of these images consists of."""
    wanted = {entry_path(recipe, keys) for recipe in recipes if recipe.name in stored}
    used = {
        digest for entry in stored.values() for digest in (entry["manifest"], *contents(entry["manifest"]))
    }
    unused = set(INDEX.iterdir()) - wanted
    unused |= {path for path in BLOBS.rglob("*") if path.is_file()} - {blob_path(digest) for digest in used}
    for path in sorted(unused):
        path.unlink()
