from __future__ import annotations

import threading

import pytest

from stagewright.images import Reference
from stagewright.images.compressed import Image, compressed_size, compressed_sizes
from stagewright.images.registry import LookUpFailed
from tests.unit.images.fake_registry import Answer, FakeRegistry, entry, manifest

AMD64, ARM64, ARM7, OTHER = (f"sha256:{letter * 64}" for letter in "abcd")


def image(fake: FakeRegistry, name: str = "team/app:1", platform: str = "linux/amd64") -> Image:
    return Image(Reference.parse(f"{fake.host}/{name}"), platform)


def serve_index(fake: FakeRegistry) -> None:
    entries = [
        {"digest": OTHER, "platform": {"os": "unknown", "architecture": "unknown"}},
        entry(OTHER, "windows", "amd64"),
        entry(AMD64, "linux", "amd64"),
        entry(ARM64, "linux", "arm64", "v8"),
        entry(OTHER, "linux", "arm", "v5"),
        entry(ARM7, "linux", "arm", "v7"),
    ]
    fake.serve("team/app", "1", {"schemaVersion": 2, "manifests": entries})
    for digest, size in ((AMD64, 100), (ARM64, 200), (ARM7, 300), (OTHER, 999)):
        fake.serve("team/app", digest, manifest(size, 1))


@pytest.mark.parametrize(
    ("platform", "size"),
    [
        ("linux/amd64", 101),
        ("linux/arm64", 201),
        ("linux/arm64/v8", 201),
        ("linux/arm", 301),
        ("linux/arm/v7", 301),
    ],
)
def test_the_layers_of_the_platform_are_summed(registry: FakeRegistry, platform: str, size: int) -> None:
    registry.token = "t0ken"
    serve_index(registry)
    assert compressed_size(image(registry, platform=platform)) == size
    assert registry.asked.count("/token") == 1


@pytest.mark.parametrize("platform", ["linux/s390x", "linux", "linux/arm/v6", "linux/amd64,linux/arm64"])
def test_a_platform_that_the_index_lacks(registry: FakeRegistry, platform: str) -> None:
    serve_index(registry)
    with pytest.raises(LookUpFailed, match=f"no image for {platform}"):
        compressed_size(image(registry, platform=platform))


@pytest.mark.parametrize(
    ("name", "asked"), [("app", "latest"), ("app:2", "2"), (f"app:2@{AMD64}", AMD64), (f"app@{AMD64}", AMD64)]
)
def test_what_is_asked_for(registry: FakeRegistry, name: str, asked: str) -> None:
    registry.serve("app", asked, manifest(7))
    assert compressed_size(image(registry, name)) == 7


def test_an_image_without_an_index_is_the_one_that_a_build_would_take(registry: FakeRegistry) -> None:
    registry.serve("team/app", "1", manifest(5, 6))
    assert compressed_size(image(registry, platform="linux/arm64")) == 11
    registry.serve("team/app", "1", manifest())
    assert compressed_size(image(registry)) == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"schemaVersion": 1, "fsLayers": []},
        {"layers": {}},
        {"layers": [7]},
        manifest(-1),
        manifest(True),
        manifest("7"),
        manifest(1.5),
        manifest(1 << 63),
        {"manifests": [entry("../../other/manifests/1", "linux", "amd64")]},
        {"manifests": [{"platform": {"os": "linux", "architecture": "amd64"}}]},
    ],
)
def test_an_answer_of_another_form(registry: FakeRegistry, answer: object) -> None:
    registry.serve("team/app", "1", answer)
    with pytest.raises(LookUpFailed, match="no manifest of a known form"):
        compressed_size(image(registry))


@pytest.mark.parametrize("index", [None, {}, [7], [{"platform": 7}], [{"platform": {"architecture": []}}]])
def test_an_index_of_another_form_has_no_image(registry: FakeRegistry, index: object) -> None:
    registry.serve("team/app", "1", {"manifests": index})
    with pytest.raises(LookUpFailed, match="no image for linux/amd64"):
        compressed_size(image(registry))


def test_an_index_in_an_index_is_not_followed(registry: FakeRegistry) -> None:
    registry.serve("team/app", "1", {"manifests": [entry(AMD64, "linux", "amd64")]})
    registry.serve("team/app", AMD64, {"manifests": [entry(AMD64, "linux", "amd64")]})
    with pytest.raises(LookUpFailed, match="no manifest of a known form"):
        compressed_size(image(registry))
    assert len(registry.asked) == 2


def test_each_image_is_asked_for_once_and_one_failure_is_its_own(registry: FakeRegistry) -> None:
    registry.serve("team/app", "1", manifest(5))
    good, bad = image(registry), image(registry, "team/none:1")
    found = compressed_sizes([bad, good, good])
    assert list(found) == [bad, good]
    assert found[good] == 5
    assert isinstance(found[bad], LookUpFailed)
    assert len(registry.asked) == 2


def test_a_registry_that_does_not_come_to_an_end_is_left(registry: FakeRegistry) -> None:
    released = threading.Event()
    registry.answers["/v2/team/app/manifests/1"] = Answer(200, manifest(1), before=released.wait)
    slow = image(registry)
    try:
        found = compressed_sizes([slow], seconds=0.05)[slow]
    finally:
        released.set()
    assert isinstance(found, LookUpFailed)
    assert "took more than" in str(found)
