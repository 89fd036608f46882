"""The images: built once, kept in the layout, loaded into an engine that lacks them."""

import fcntl
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from tests.lab import engine, layout, machine
from tests.lab.commands import LabError, run, say, tail
from tests.lab.images.recipe import Recipe
from tests.lab.paths import ARCHIVES, CLIENT_CONFIG, TEMPORARY

PIPE_BYTES = 1 << 20
KEY_TAG = "stagewright-lab"


class LoadError(LabError):
    """The engine would not take images that are whole: its data must be broken."""


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
    layout.INDEX.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(ARCHIVES / "ingest", ignore_errors=True)  # of a build that was interrupted
    keys = recipe_keys(recipes)
    stored = layout.stored_entries(recipes, keys)
    there = engine.loaded(shop.client, shop.engine)
    absent = [
        name
        for name, entry in stored.items()
        if any(there.get(tag) not in entry["ids"] for tag in entry["tags"])
    ]
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


def recipe_keys(recipes: Sequence[Recipe]) -> dict[str, str]:
    """A hash for each recipe: its files, what they fetch, the machine's settings, what it stands on."""
    keys: dict[str, str] = {}
    for recipe in recipes:
        digest = hashlib.sha256()
        parts = [recipe.dockerfile, *recipe.tags, *map(str, recipe.arguments), *recipe.versions]
        parts += [machine.own_certificates(), machine.apt_settings()]
        parts += [keys[name] for name in recipe.needs]
        digest.update("\0".join(parts).encode())
        # Python code that prepares the context counts as well.
        for path in sorted(path for path in recipe.folder.rglob("*") if path.is_file()):
            digest.update(str(path.relative_to(recipe.folder)).encode() + b"\0" + path.read_bytes())
        for path in sources(recipe):
            digest.update(path.read_bytes())
        keys[recipe.name] = digest.hexdigest()[:12]
    return keys


def sources(recipe: Recipe) -> tuple[Path, ...]:
    """The module with the recipe, and those with recipes whose functions it takes."""
    modules = [value for value in recipe.prepare.__globals__.values() if isinstance(value, ModuleType)]
    others = {Path(one.__file__) for one in modules if one.__file__ and hasattr(one, "recipes")}
    return (Path(recipe.prepare.__code__.co_filename), *sorted(others))


def build(
    shop: Shop, recipe: Recipe, keys: Mapping[str, str], stored: Mapping[str, layout.Entry]
) -> layout.Entry:
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
        config, *_ = layout.contents(manifest)
        entry: layout.Entry = {
            "tags": tags,
            "manifest": manifest,
            "ids": [manifest, config],
            "parents": layout.parents(recipe, stored),
        }
        layout.write_entry(layout.entry_path(recipe, keys), entry)
        return entry


def image_output(tags: Sequence[str]) -> str:
    names = ",".join(tags)
    return f'type=image,compression=uncompressed,"name={names}"'


def load(shop: Shop, entries: Sequence[layout.Entry]) -> None:
    """Stream one archive with all these images into `docker load`, each layer once."""
    process = subprocess.Popen(
        [shop.client, "-H", shop.engine.host, "load", "-q"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdin is not None and process.stdout is not None
    fcntl.fcntl(process.stdin, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    try:
        with tarfile.open(fileobj=process.stdin, mode="w|", bufsize=PIPE_BYTES) as archive:
            archive.copybufsize = PIPE_BYTES  # type: ignore[attr-defined] # 16 KB without it
            layout.write_archive(archive, entries)
        process.stdin.close()
    except BrokenPipeError:
        pass  # its own message says why
    said = process.stdout.read().decode(errors="replace")
    if process.wait() != 0:
        raise LoadError(f"docker load: exit code {process.returncode}\n{tail(said)}")


def prune(shop: Shop, recipes: Sequence[Recipe]) -> None:
    """Delete what none of the recipes uses, which are all there are, from the layout and from the engine."""
    keys = recipe_keys(recipes)
    stored = layout.stored_entries(recipes, keys)
    tags = {tag for entry in stored.values() for tag in entry["tags"]}
    there = engine.loaded(shop.client, shop.engine)
    old = {image for tag, image in there.items() if tag.startswith(f"{KEY_TAG}/") and tag not in tags}
    stale = sorted(tag for tag, image in there.items() if image in old and tag not in tags)
    if stale:
        try:
            shop.docker("image", "rm", *stale)
        except LabError as error:  # a container uses one of them: the next time
            say(str(error).splitlines()[-1])
    layout.prune(recipes, keys, stored)
