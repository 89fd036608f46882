from __future__ import annotations

from pathlib import Path

from stagewright.model.composition import Composition, Service
from stagewright.model.image import ImageConfig
from stagewright.model.project import Consumer, Project
from stagewright.model.request import Watching
from stagewright.proof.prove import same_release, users
from tests.unit.proof.trees import Tree, file, tree


def base(release: str = "12", version: str = "3.11", architecture: str = "amd64") -> Tree:
    config = ImageConfig(env=(("PYTHON_VERSION", version),), architecture=architecture)
    return tree(
        file("/etc/os-release", f'ID=debian\nVERSION_ID="{release}"\n'), config=config, layers=("FROM",)
    )


def test_a_release_is_of_one_system_machine_and_tool_chain() -> None:
    assert same_release(base(), base())
    assert not same_release(base(), base(release="13"))
    assert not same_release(base(), base(version="3.12"))
    assert not same_release(base(), base(architecture="arm64"))
    assert not same_release(base(), None)
    assert same_release(None, None)


def test_a_plain_base_has_no_version_to_differ_in() -> None:
    plain = tree(
        file("/etc/os-release", "ID=debian\nVERSION_ID=12\n"), config=ImageConfig(architecture="amd64")
    )
    assert same_release(base(), plain)


def test_as_whom_an_image_is_started() -> None:
    job = Consumer("kubernetes", "job", "job.yaml", user="1000")
    project = Project(Path("/project"), {}, consumers=(job, Consumer("ci", "test", "ci.yaml")))
    watching = Watching(composition=Composition(Service(user="app")))
    assert users(ImageConfig(), Watching(), None) == {""}
    assert users(ImageConfig(user="web"), watching, project) == {"web", "app", "1000"}
