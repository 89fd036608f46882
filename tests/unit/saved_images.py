"""Saved images made by hand: the files of an OCI layout or of the older `docker save`, by name."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Files = dict[str, bytes]
CONFIG = {"Entrypoint": ["/app/start"], "WorkingDir": "/app"}


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def blob(data: bytes) -> str:
    return f"blobs/sha256/{digest(data)[7:]}"


def descriptor(data: bytes, **more: Any) -> dict[str, Any]:
    return {"digest": digest(data), "size": len(data), **more}


def config_of(layers: Sequence[bytes], made: Sequence[str] = ()) -> dict[str, Any]:
    history = [{"created_by": text} for text in made]
    return {
        "os": "linux",
        "architecture": "amd64",
        "config": CONFIG,
        "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]},
        "history": [*history, {"created_by": "ENV A=b", "empty_layer": True}],
    }


def oci(
    layers: Sequence[bytes],
    made: Sequence[str] = (),
    pack: Callable[[bytes], bytes] = bytes,
    config: dict[str, Any] | None = None,
) -> Files:
    """An OCI layout with one image."""
    blobs = [pack(layer) for layer in layers]
    described = json.dumps(config or config_of(layers, made)).encode()
    manifest = json.dumps(
        {"config": descriptor(described), "layers": [descriptor(data) for data in blobs]}
    ).encode()
    index = {"manifests": [descriptor(manifest)]}
    return {
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        **{blob(data): data for data in [*blobs, described, manifest]},
        "index.json": json.dumps(index).encode(),
    }


def older(layers: Sequence[bytes], made: Sequence[str] = ()) -> Files:
    """What `docker save` wrote before it wrote layouts."""
    described = json.dumps(config_of(layers, made)).encode()
    names = [f"{index:064x}/layer.tar" for index in range(len(layers))]
    image = {"Config": f"{digest(described)[7:]}.json", "RepoTags": ["app:1"], "Layers": names}
    return {
        **dict(zip(names, layers, strict=True)),
        f"{digest(described)[7:]}.json": described,
        "manifest.json": json.dumps([image]).encode(),
    }


def as_folder(files: Files, folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def as_archive(files: Files, path: Path) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path
