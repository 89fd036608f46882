"""The engine: the one door to Docker."""

from __future__ import annotations

import itertools
import json
import secrets
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from stagewright.engine.address import find_address
from stagewright.engine.api import Api, segment
from stagewright.engine.blobs import LayerBlob, archive_blobs, layout_blobs, prepare_layout
from stagewright.engine.build import BuildRequest, BuiltImage, export_layout, require_buildx, run_build
from stagewright.engine.container import Container, RunRequest, creation
from stagewright.engine.errors import EngineMissing, EngineRefused
from stagewright.engine.images import Layer, image_config, image_layers
from stagewright.engine.progress import BuildEvent
from stagewright.engine.runs import Runs
from stagewright.model.image import ImageConfig

LABEL = "io.stagewright.run"
TEMPORARY = "stagewright/tmp"
ARCHIVE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What the engine is. `modern`: it keeps images in containerd's store."""

    id: str
    version: str
    modern: bool
    os: str
    architecture: str


class Engine:
    """A Docker engine that answers.

    As a context manager it leaves nothing behind, however it ends: no container, no network, no temporary
    image. All that it makes carries the label `io.stagewright.run=<id>` or a tag `stagewright/tmp:<id>-N`.
    What a run of this machine could not remove, because it or the engine died, is removed by the next one.
    """

    def __init__(self, api: Api, info: EngineInfo) -> None:
        self._api = api
        self.info = info
        self.run_id = secrets.token_hex(6)
        self._numbers = itertools.count(1)
        self._buildx_seen = False
        self._still: dict[str, Container] = {}
        self._runs = Runs(info.id)

    @classmethod
    def connect(cls) -> Self:
        """The engine that DOCKER_HOST, the usual socket or Docker's context names. Raises EngineMissing."""
        api = Api(find_address())
        api.negotiate()
        seen = api.call("GET", "/info")
        drivers = dict(pair for pair in seen.get("DriverStatus") or [] if len(pair) == 2)
        info = EngineInfo(
            id=seen["ID"],
            version=seen["ServerVersion"],
            modern=drivers.get("driver-type") == "io.containerd.snapshotter.v1",
            os=seen["OSType"],
            architecture=seen["Architecture"],
        )
        return cls(api, info)

    def __enter__(self) -> Self:
        self._runs.begin(self.run_id)
        for run_id in self._runs.ended():
            # What the engine holds on to is for the run after this one.
            with suppress(EngineRefused):
                self._remove_all_of(run_id)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.cleanup()
        except EngineMissing:
            # The engine went away: what that broke tells more than that nothing can be cleaned up.
            if error is None:
                raise
        finally:
            self._runs.end(self.run_id)

    def build(
        self, request: BuildRequest, on_progress: Callable[[BuildEvent], None] | None = None
    ) -> BuiltImage:
        """Build an image. Raises BuildFailed, BuildTimeout, RegistryFault, EngineDiskFull, EngineMissing."""
        self._require_buildx()
        tag = request.tag or self._temporary_name()
        return run_build(request, tag, self._api.address, modern=self.info.modern, watcher=on_progress)

    def create(self, request: RunRequest) -> Container:
        """A container that does not run yet. Raises EngineRefused (404 for an image that is not there)."""
        body = creation(request, {LABEL: self.run_id})
        return Container(self._api, self._api.call("POST", "/containers/create", body=body)["Id"])

    def start(self, request: RunRequest) -> Container:
        """A container that runs. Raises EngineRefused where its program cannot be started."""
        container = self.create(request)
        try:
            container.start(request.stdin)
        except BaseException:
            container.remove()
            raise
        return container

    def network(self) -> str:
        """A new network without a way out; the host and the containers on it reach each other. Its name."""
        name = f"stagewright-{self.run_id}-{next(self._numbers)}"
        body = {"Name": name, "Internal": True, "Labels": {LABEL: self.run_id}}
        self._api.call("POST", "/networks/create", body=body)
        return name

    def remove_network(self, name: str) -> None:
        """Remove a network that no container uses any more."""
        self._api.call("DELETE", f"/networks/{segment(name)}")

    def exists(self, ref: str) -> bool:
        """Whether the engine has the image; nothing is fetched."""
        return self._inspect(ref) is not None

    def image_id(self, ref: str) -> str:
        """The image's id ("sha256:…"). Raises EngineRefused (404)."""
        return str(self._inspected(ref)["Id"])

    def inspect_image(self, ref: str) -> ImageConfig:
        """The image's configuration. Raises EngineRefused (404)."""
        return image_config(self._inspected(ref))

    def layers(self, ref: str) -> tuple[Layer, ...]:
        """The image's layers, lowest first. Raises EngineRefused (404)."""
        history = self._api.call("GET", f"/images/{segment(ref)}/history")
        return image_layers(self._inspected(ref), history)

    @contextmanager
    def layer_blobs(self, ref: str, have: Collection[str] = ()) -> Iterator[Iterator[LayerBlob]]:
        """The contents of the image's layers as a stream, in no certain order.

        `have` names blobs and layers ("sha256:…") that need not come. Raises EngineRefused (404).
        """
        config = self.inspect_image(ref)
        if not self.info.modern or config.onbuild:
            with self._api.stream("GET", f"/images/{segment(ref)}/get", timeout=ARCHIVE_SECONDS) as answer:
                yield archive_blobs(answer, have)
            return
        self._require_buildx()
        # A name of our own is looked up in the engine alone, and an id has none.
        name = self._temporary_name()
        self.tag(ref, name)
        try:
            with tempfile.TemporaryDirectory(prefix="stagewright-") as parent:
                folder = Path(parent) / "layout"
                prepare_layout(folder, have)
                platform = f"{config.os}/{config.architecture}"
                export_layout(name, platform, folder, self._api.address, ARCHIVE_SECONDS)
                yield layout_blobs(folder, have)
        finally:
            self.remove(name)

    def still(self, ref: str) -> Container:
        """A container of the image that is never started, to copy files out of; the same for each call."""
        if ref not in self._still:
            self._still[ref] = self.create(RunRequest(ref, command=("-",), entrypoint=("-",)))
        return self._still[ref]

    def tag(self, ref: str, name: str) -> None:
        """Give the image a further name, `repository:tag`."""
        repository, _, tag = name.rpartition(":")
        self._api.call("POST", f"/images/{segment(ref)}/tag", {"repo": repository, "tag": tag})

    def remove(self, ref: str) -> None:
        """Remove an image, or the name if it has others. One that is not there is no error."""
        if container := self._still.pop(ref, None):
            container.remove()
        try:
            self._api.call("DELETE", f"/images/{segment(ref)}", {"force": True})
        except EngineRefused as error:
            if error.status != 404:
                raise

    def cleanup(self) -> None:
        """Remove everything that this run made, volumes of its containers included."""
        self._still.clear()
        self._remove_all_of(self.run_id)

    def _remove_all_of(self, run_id: str) -> None:
        of_run = json.dumps({"label": [f"{LABEL}={run_id}"]})
        for seen in self._api.call("GET", "/containers/json", {"all": True, "filters": of_run}):
            Container(self._api, seen["Id"]).remove()
        for seen in self._api.call("GET", "/networks", {"filters": of_run}):
            with suppress(EngineRefused):
                self.remove_network(seen["Id"])
        tagged = json.dumps({"reference": [f"{TEMPORARY}:{run_id}-*"]})
        for seen in self._api.call("GET", "/images/json", {"filters": tagged}):
            for name in seen.get("RepoTags") or ():
                if name.startswith(f"{TEMPORARY}:{run_id}-"):
                    self.remove(name)
        self._runs.forget(run_id)

    def _temporary_name(self) -> str:
        return f"{TEMPORARY}:{self.run_id}-{next(self._numbers)}"

    def _require_buildx(self) -> None:
        if not self._buildx_seen:
            require_buildx(self._api.address)
            self._buildx_seen = True

    def _inspect(self, ref: str) -> dict[str, Any] | None:
        try:
            return self._inspected(ref)
        except EngineRefused as error:
            if error.status == 404:
                return None
            raise

    def _inspected(self, ref: str) -> dict[str, Any]:
        seen: dict[str, Any] = self._api.call("GET", f"/images/{segment(ref)}/json")
        return seen
