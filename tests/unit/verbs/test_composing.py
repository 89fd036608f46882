from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from stagewright.engine import BuildFailed, BuildRequest, BuiltImage, Engine
from stagewright.errors import UsageError
from stagewright.model.composition import Composition, Service, ServiceBuild
from stagewright.model.request import Watching
from stagewright.verbs.composing import with_images

BUILD = ServiceBuild(Path("/job"), Path("/job/Dockerfile"), "run", (("A", "1"),))


@dataclass
class FakeEngine:
    there: tuple[str, ...] = ()
    fails: bool = False
    requests: list[BuildRequest] = field(default_factory=list)

    def exists(self, ref: str) -> bool:
        return ref in self.there

    def build(self, request: BuildRequest, _: object = None) -> BuiltImage:
        self.requests.append(request)
        if self.fails:
            raise BuildFailed("no such instruction")
        return BuiltImage(f"made:{len(self.requests)}", 0.1, (), "")


def prepared(engine: FakeEngine, *dependencies: Service) -> tuple[Service, ...]:
    watching = Watching(composition=Composition(Service("web"), dependencies))
    ready = with_images(cast(Engine, engine), watching).composition
    assert ready.service == Service("web")
    return ready.dependencies


def test_each_dependency_has_an_image_before_anything_runs() -> None:
    engine = FakeEngine(there=("here:1",))
    there, built, fetched = prepared(
        engine, Service("a", "here:1"), Service("b", build=BUILD), Service("c", "away:1")
    )
    assert (there.image, built.image, fetched.image) == ("here:1", "made:1", "made:2")
    assert built.build is None
    first, second = engine.requests
    assert (first.context, first.dockerfile) == (BUILD.context, BUILD.dockerfile)
    assert (first.target, first.build_args) == ("run", (("A", "1"),))
    assert second.dockerfile_text == "FROM away:1\n"


@pytest.mark.parametrize(
    ("service", "said"),
    [(Service("b", build=BUILD), "service 'b' cannot be built"), (Service("c", "away:1"), "away:1: neither")],
)
def test_one_that_cannot_be_had_is_named(service: Service, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        prepared(FakeEngine(fails=True), service)
