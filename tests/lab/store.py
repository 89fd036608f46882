"""The images: built once, kept as one OCI layout, loaded into an engine that lacks them.

The layout holds every layer once, however many images stand on it. Beside it, `images/NAME-KEY.json` says
which manifest is the image; KEY is a hash of all that went into it.
"""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from tests.lab import engine, machine
from tests.lab.commands import LabError, run, say, tail
from tests.lab.images.recipe import Recipe
from tests.lab.paths import ARCHIVES, CLIENT_CONFIG, TEMPORARY

INDEX = ARCHIVES / "images"
BLOBS = ARCHIVES / "blobs"
KEY_TAG = "stagewright-lab"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"


class LoadError(LabError):
    """The engine would not take images that are whole: its data must be broken."""


class Entry(TypedDict):
    """An image in the layout. Its last tag holds the key of its recipe."""

    tags: list[str]
    manifest: str
    ids: list[str]
    """How the engines name it: the new store by its manifest, the old one by its configuration."""
    parents: dict[str, str | None]
    """The manifests of the images that it stands on."""


@dataclass(frozen=True, slots=True)
class Shop:
    """The client, the engine that images are loaded into, and its build plug-in."""

    client: Path
    engine: engine.Engine

    def docker(self, *arguments: str | Path, attempts: int = 1) -> str:
        env = {"DOCKER_HOST": self.engine.host, "DOCKER_CONFIG": str(CLIENT_CONFIG)}
        return run([self.client, *arguments], env=env, attempts=attempts)


def provide(shop: Shop, recipes: Sequence[Recipe]) -> None:
    """See to it that the engine has every image: loaded from the layout, or built in their order."""
    INDEX.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(ARCHIVES / "ingest", ignore_errors=True)  # of a build that was interrupted
    keys = recipe_keys(recipes)
    stored = stored_entries(recipes, keys)
    there = engine.loaded(shop.client, shop.engine)
    absent = [name for name, entry in stored.items() if there.get(entry["tags"][-1]) not in entry["ids"]]
    if absent:
        say(f"loading {len(absent)} images")
        load(shop, [stored[name] for name in absent])
    failures: dict[str, str] = {}
    for recipe in recipes:
        if recipe.name in stored:
            continue
        if any(name not in stored for name in recipe.needs):
            failures[recipe.name] = "what it stands on is not there"
            continue
        say(f"building {recipe.name}")
        try:
            stored[recipe.name] = build(shop, recipe, keys, stored)
        except LabError as error:  # the others are wanted all the same
            say(str(error))
            failures[recipe.name] = str(error).splitlines()[-1]
    if failures:
        raise LabError("not built: " + "".join(f"\n  {name}: {why}" for name, why in failures.items()))


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


def recipe_keys(recipes: Sequence[Recipe]) -> dict[str, str]:
    """A hash for each recipe: its files, what they fetch, the machine's settings, what it stands on."""
    keys: dict[str, str] = {}
    for recipe in recipes:
        digest = hashlib.sha256()
        parts = [recipe.dockerfile, *recipe.tags, *map(str, recipe.arguments), *recipe.versions]
        parts += [machine.own_certificates(), machine.apt_settings()]
        parts += [keys[name] for name in recipe.needs]
        digest.update("\0".join(parts).encode())
        # Python code that prepares the context counts as well: the modules beside the folders.
        for path in sorted(path for path in recipe.folder.rglob("*") if path.is_file()):
            digest.update(str(path.relative_to(recipe.folder)).encode() + b"\0" + path.read_bytes())
        digest.update(Path(recipe.prepare.__code__.co_filename).read_bytes())
        keys[recipe.name] = digest.hexdigest()[:12]
    return keys


def entry_path(recipe: Recipe, keys: Mapping[str, str]) -> Path:
    return INDEX / f"{recipe.name}-{keys[recipe.name]}.json"


def build(shop: Shop, recipe: Recipe, keys: Mapping[str, str], stored: Mapping[str, Entry]) -> Entry:
    with tempfile.TemporaryDirectory(dir=TEMPORARY, prefix="context-") as temporary:
        context = Path(temporary) / "context"
        shutil.copytree(recipe.folder, context, symlinks=True)
        recipe.prepare(context)
        tags = [*recipe.tags, f"{KEY_TAG}/{recipe.name}:{keys[recipe.name]}"]
        metadata = Path(temporary) / "metadata.json"
        # Uncompressed layers: two cores would spend more time on gzip than on everything else.
        options: list[str | Path] = [
            "--provenance=false",
            "--metadata-file",
            metadata,
            "--output",
            image_output(tags),
        ]
        options += ["--output", f"type=oci,tar=false,dest={ARCHIVES},compression=uncompressed"]
        for name, value in recipe.arguments:
            options += ["--build-arg", f"{name}={value}"]
        file = context / Path(recipe.dockerfile).name
        shop.docker("buildx", "build", "--progress=plain", *options, "-f", file, context, attempts=2)
        manifest = json.loads(metadata.read_text(encoding="utf-8"))["containerimage.digest"]
        config, *_ = contents(manifest)
        entry: Entry = {
            "tags": tags,
            "manifest": manifest,
            "ids": [manifest, config],
            "parents": parents(recipe, stored),
        }
        write_entry(entry_path(recipe, keys), entry)
        return entry


def image_output(tags: Sequence[str]) -> str:
    names = ",".join(tags)
    return f'type=image,compression=uncompressed,"name={names}"'


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


def load(shop: Shop, entries: Sequence[Entry]) -> None:
    """Stream one archive with all these images into `docker load`, each layer once."""
    process = subprocess.Popen(
        [shop.client, "-H", shop.engine.host, "load", "-q"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        with tarfile.open(fileobj=process.stdin, mode="w|", bufsize=1 << 20) as archive:
            write_archive(archive, entries)
        process.stdin.close()
    except BrokenPipeError:
        pass  # its own message says why
    said = process.stdout.read().decode(errors="replace")
    if process.wait() != 0:
        raise LoadError(f"docker load: exit code {process.returncode}\n{tail(said)}")


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


def prune(shop: Shop, recipes: Sequence[Recipe]) -> None:
    """Delete what none of the recipes uses, which are all there are, from the layout and from the engine."""
    stored = stored_entries(recipes, recipe_keys(recipes))
    tags = {tag for entry in stored.values() for tag in entry["tags"]}
    there = engine.loaded(shop.client, shop.engine)
    stale = sorted(tag for tag in there if tag.startswith(f"{KEY_TAG}/") and tag not in tags)
    if stale:
        shop.docker("image", "rm", *stale)
    prune_layout(recipes, stored)


def prune_layout(recipes: Sequence[Recipe], stored: Mapping[str, Entry]) -> None:
    keys = recipe_keys(recipes)
    wanted = {entry_path(recipe, keys) for recipe in recipes if recipe.name in stored}
    used = {
        digest for entry in stored.values() for digest in (entry["manifest"], *contents(entry["manifest"]))
    }
    unused = set(INDEX.iterdir()) - wanted
    unused |= {path for path in BLOBS.rglob("*") if path.is_file()} - {blob_path(digest) for digest in used}
    for path in sorted(unused):
        path.unlink()
