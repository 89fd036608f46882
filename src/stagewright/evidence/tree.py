"""The files of an image: what is where, which layer gave it, and what it says."""

from __future__ import annotations

import bisect
import fnmatch
import posixpath
import re
import tarfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from stagewright.engine import Engine, EngineRefused
from stagewright.errors import StagewrightError
from stagewright.evidence.cache import LayerCache
from stagewright.evidence.code import Named, named_in
from stagewright.evidence.layer import LayerFiles, read_layer
from stagewright.evidence.merge import merge
from stagewright.model.image import Elf, Entry, ImageConfig, ImageFiles, Jar, LayerChange

READ_BYTES = 16 << 20
LINKS = 40
# What one request costs, as bytes of content that could have come in the same time.
REQUEST_BYTES = 1 << 20


class ImageUnreadable(StagewrightError):
    """The engine gave an image's layers in a form that could not be read."""


class ImageTree:
    """An image's files, and the means to read their content."""

    def __init__(self, files: ImageFiles, shebangs: Mapping[str, str], engine: Engine, ref: str) -> None:
        self.files = files
        self.shebangs = shebangs
        self._engine = engine
        self._ref = ref
        self._paths = list(files.entries)
        self._contents: dict[str, bytes] = {}
        self._named: dict[tuple[str, bool], Named] = {}

    @property
    def entries(self) -> Mapping[str, Entry]:
        """All paths but the root, in path order."""
        return self.files.entries

    @property
    def layers(self) -> tuple[LayerChange, ...]:
        """What each layer did, lowest first."""
        return self.files.layers

    @property
    def config(self) -> ImageConfig:
        """The image's effective configuration."""
        return self.files.config

    @property
    def elf(self) -> Mapping[str, Elf]:
        """The programs and shared libraries by path."""
        return self.files.elf

    @property
    def jars(self) -> Mapping[str, Jar]:
        """What the manifests of jars say, by path."""
        return self.files.jars

    def under(self, folder: str) -> Iterator[Entry]:
        """Everything below a directory, in path order."""
        prefix = folder.rstrip("/") + "/"
        start = bisect.bisect_left(self._paths, prefix)
        for path in self._paths[start:]:
            if not path.startswith(prefix):
                return
            yield self.entries[path]

    def glob(self, pattern: str) -> Iterator[Entry]:
        """The entries that match: `*` and `?` stay within one name, `**` spans directories."""
        matches = re.compile(_regex(pattern)).fullmatch
        fixed = re.match(r"[^*?\[]*/", pattern)
        within = self.under(fixed[0]) if fixed and fixed[0] != "/" else iter(self.entries.values())
        return (entry for entry in within if matches(entry.path))

    def resolve(self, path: str) -> str | None:
        """The path with all symbolic links followed inside the image; None where it leads nowhere."""
        return self._follow(path)[0]

    def links(self, path: str) -> tuple[str, ...]:
        """The symbolic links that are followed from a path, in order."""
        return self._follow(path)[1]

    def _follow(self, path: str) -> tuple[str | None, tuple[str, ...]]:
        rest = posixpath.normpath("/" + path).split("/")[:0:-1]
        at = "/"
        links: list[str] = []
        while rest:
            name = rest.pop()
            if name in ("", "."):
                continue
            if name == "..":
                at = posixpath.dirname(at)
                continue
            step = posixpath.join(at, name)
            entry = self.entries.get(step)
            if entry is None:
                return None, tuple(links)
            if entry.type != "link":
                at = step
                continue
            links.append(step)
            if len(links) > LINKS:
                return None, tuple(links)
            rest += reversed(entry.link.split("/"))
            at = "/" if entry.link.startswith("/") else at
        return at, tuple(links)

    def read(self, path: str) -> bytes | None:
        """A file's content, links followed; None where there is no file, or one above 16 MiB."""
        return self.read_many([path]).get(path)

    def read_many(self, paths: Iterable[str], *, largest: int = READ_BYTES) -> dict[str, bytes]:
        """The contents by path as asked for; no file above `largest` bytes is among them."""
        wanted = {path: target for path in paths if (target := self._file(path, largest))}
        missing = {target for target in wanted.values() if self.entries[target].digest not in self._contents}
        _, requests = self._requests("/", sorted(missing))
        for top, group in requests:
            self._fetch(top, group)
        found = {path: self._contents.get(self.entries[target].digest) for path, target in wanted.items()}
        return {path: content for path, content in found.items() if content is not None}

    def named_by(self, path: str, text: str, *, is_own: bool) -> Named:
        """`named_in` for the text of a file, found out once for each content."""
        target = self._file(path, READ_BYTES)
        key = (self.entries[target].digest if target else path, is_own)
        if key not in self._named:
            self._named[key] = named_in(text, is_own=is_own)
        return self._named[key]

    def _file(self, path: str, largest: int) -> str | None:
        target = self.resolve(path)
        entry = self.entries.get(target) if target else None
        return target if entry and entry.type == "file" and entry.size <= largest else None

    def _requests(self, folder: str, paths: list[str]) -> tuple[int, list[tuple[str, list[str]]]]:
        """The cheapest way to ask for some paths below a directory: as a whole, or each part by itself.

        Its cost in bytes, and what to ask for with the paths that are wanted of it.
        """
        if paths == [folder]:
            return REQUEST_BYTES + self.entries[folder].size, [(folder, paths)]
        depth = 1 if folder == "/" else folder.count("/") + 1
        by_child = defaultdict(list)
        for path in paths:
            by_child["/".join(path.split("/")[: depth + 1])].append(path)
        parts = [self._requests(child, group) for child, group in by_child.items()]
        cost = sum(part for part, _ in parts)
        whole = REQUEST_BYTES + self._sizes[folder]
        if folder != "/" and whole < cost:
            return whole, [(folder, paths)]
        return cost, [request for _, requests in parts for request in requests]

    @cached_property
    def _sizes(self) -> Mapping[str, int]:
        """The bytes below each directory."""
        sizes: Counter[str] = Counter()
        for entry in self.entries.values():
            folder = entry.path
            while entry.size and (folder := posixpath.dirname(folder)) != "/":
                sizes[folder] += entry.size
        return sizes

    def _fetch(self, top: str, paths: list[str]) -> None:
        parent = posixpath.dirname(top)
        wanted = set(paths)
        try:
            for member, content in self._engine.still(self._ref).files(top):
                path = posixpath.normpath(posixpath.join(parent, member.name))
                if content and path in wanted:
                    self._contents[self.entries[path].digest] = content.read()
        except EngineRefused as error:
            if error.status != 404:
                raise


def read_tree(engine: Engine, ref: str, cache: LayerCache | None = None) -> ImageTree:
    """Read an image. Layers that were read before on this machine come from the cache.

    Raises EngineRefused (404 for an image that is not there), ImageUnreadable.
    """
    cache = cache or LayerCache()
    layers = engine.layers(ref)
    found: dict[str, LayerFiles] = {}
    for layer in layers:
        if files := cache.load(layer.digest):
            found[layer.digest] = files
    if any(layer.digest not in found for layer in layers):
        _read_layers(engine, ref, cache, found)
    if missing := [layer.digest for layer in layers if layer.digest not in found]:
        raise ImageUnreadable(f"{ref}: the engine did not give the layer {missing[0]}")
    merged, changes = merge((layer.digest, layer.created_by, found[layer.digest]) for layer in layers)
    entries = {path: merged.entries[path] for path in sorted(merged.entries)}
    elf, jars = dict(sorted(merged.elf.items())), dict(sorted(merged.jars.items()))
    image = ImageFiles(entries, changes, engine.inspect_image(ref), elf, jars)
    return ImageTree(image, dict(sorted(merged.shebangs.items())), engine, ref)


def _read_layers(engine: Engine, ref: str, cache: LayerCache, found: dict[str, LayerFiles]) -> None:
    with engine.layer_blobs(ref, cache.names(found)) as blobs:
        for blob in blobs:
            try:
                files = read_layer(blob)
            except (tarfile.TarError, zlib.error) as error:
                raise ImageUnreadable(f"{ref}: the layer {blob.blob} is broken: {error}") from error
            found[blob.digest] = files
            cache.save(blob.digest, blob.blob, files)


def _regex(pattern: str) -> str:
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]*\])", pattern)
    known = {"**/": r"(?:.*/)?", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    return "".join(
        known.get(part) or (fnmatch.translate(part)[4:-3] if part.startswith("[") else re.escape(part))
        for part in parts
    )
