"""Images: their configuration, and the content of their layers as a stream."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Protocol

from stagewright.model.image import Healthcheck, ImageConfig

CHUNK = 1 << 18
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
# Instructions that only write to the configuration; WORKDIR makes a layer, empty or not.
_METADATA = re.compile(
    r"(?:/bin/sh -c )?(?:#\(nop\) +)?"
    r"(ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b"
)


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, lowest first: `digest` names its uncompressed content ("sha256:…")."""

    index: int
    digest: str
    created_by: str


class LayerBlob:
    """The content of one layer while it streams by: an uncompressed tar.

    Read it to its end before the next one is asked for; then `digest` is known.
    """

    def __init__(self, stream: Readable, blob: str) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self.blob = blob
        self.size = 0

    def read(self, size: int = CHUNK) -> bytes:
        """The next bytes of the tar, b"" at the end."""
        data = self._stream.read(size)
        self._hash.update(data)
        self.size += len(data)
        return data

    @property
    def digest(self) -> str:
        """The digest of the uncompressed content, as Layer has it, once all of it has been read."""
        while self.read(CHUNK):
            pass
        return "sha256:" + self._hash.hexdigest()


def image_config(seen: dict[str, Any]) -> ImageConfig:
    """The configuration out of the engine's answer to an inspection."""
    config = seen.get("Config") or {}
    entrypoint, cmd = config.get("Entrypoint"), config.get("Cmd")
    return ImageConfig(
        env=tuple(_pair(line) for line in config.get("Env") or ()),
        entrypoint=tuple(entrypoint) if entrypoint else None,
        cmd=tuple(cmd) if cmd else None,
        user=config.get("User") or "",
        workdir=config.get("WorkingDir") or "",
        exposed=tuple(sorted(config.get("ExposedPorts") or ())),
        volumes=tuple(sorted(config.get("Volumes") or ())),
        labels=tuple(sorted((config.get("Labels") or {}).items())),
        healthcheck=_healthcheck(config.get("Healthcheck")),
        stopsignal=config.get("StopSignal") or "",
        shell=tuple(config.get("Shell") or ()),
        onbuild=tuple(config.get("OnBuild") or ()),
        os=seen.get("Os") or "linux",
        architecture=seen.get("Architecture") or "",
    )


def image_layers(seen: dict[str, Any], history: list[dict[str, Any]]) -> tuple[Layer, ...]:
    """The layers of an inspected image, each with the instruction that made it, "" where that is unclear."""
    digests = (seen.get("RootFS") or {}).get("Layers") or []
    made = [
        entry["CreatedBy"]
        for entry in reversed(history)
        if entry.get("Size") or not _METADATA.match(entry["CreatedBy"])
    ]
    if len(made) != len(digests):
        made = [""] * len(digests)
    return tuple(Layer(index, *pair) for index, pair in enumerate(zip(digests, made)))


def layer_blobs(archive: IO[bytes], skip: Callable[[str], bool]) -> Iterator[LayerBlob]:
    """The layers in an image archive (an OCI layout, or the older form), in the archive's order.

    `skip` is asked with a blob's name ("sha256:…", "" in the older form) and leaves that one out.
    """
    with tarfile.open(fileobj=archive, mode="r|", bufsize=CHUNK) as outer:
        for member in outer:
            outer.members = []  # type: ignore[attr-defined] # else it keeps every header that it has seen
            oci = re.fullmatch(r"blobs/sha256/([0-9a-f]{64})", member.name)
            if not member.isreg() or not (oci or member.name.endswith("/layer.tar")):
                continue
            blob = f"sha256:{oci[1]}" if oci else ""
            content = outer.extractfile(member)
            if content is None or (blob and skip(blob)):
                continue
            if stream := _tar_stream(content):
                yield LayerBlob(stream, blob)


def _tar_stream(content: IO[bytes]) -> Readable | None:
    """The blob as an uncompressed tar; None where it is a manifest or a configuration."""
    head = content.read(512)
    whole = io.BufferedReader(_Rejoined(head, content), CHUNK)
    if head.startswith(_GZIP):
        return gzip.GzipFile(fileobj=whole)
    if head.startswith(_ZSTD):
        import zstandard

        return zstandard.ZstdDecompressor().stream_reader(whole, read_across_frames=True)
    is_tar = head[257:262] == b"ustar" or head == bytes(512)
    return whole if is_tar else None


class _Rejoined(io.RawIOBase):
    """A stream with its first bytes, which were read to look at them, put back."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _pair(line: str) -> tuple[str, str]:
    key, _, value = line.partition("=")
    return key, value


def _healthcheck(seen: dict[str, Any] | None) -> Healthcheck | None:
    if not seen or not seen.get("Test"):
        return None
    seconds = {
        field: (seen.get(key) or 0) / 1e9
        for field, key in (
            ("interval", "Interval"),
            ("timeout", "Timeout"),
            ("start_period", "StartPeriod"),
            ("start_interval", "StartInterval"),
        )
    }
    return Healthcheck(tuple(seen["Test"]), retries=seen.get("Retries") or 0, **seconds)
