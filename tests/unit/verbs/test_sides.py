from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.dockerfile import DockerfileSyntaxError, parse
from stagewright.errors import UsageError
from stagewright.model.request import BuildInputs, Watching
from stagewright.verbs.place import locate
from stagewright.verbs.prove import Pair, pair
from stagewright.verbs.sides import bottom, external_bases, is_gated, name_side, request_of

BEFORE = "FROM debian\nCMD true\n"
AFTER = "FROM debian AS builder\nRUN make\nFROM scratch\nCOPY --from=builder /x /x\n"


def wish(context: Path, before: str | None, after: str | None, inputs: BuildInputs | None = None) -> Pair:
    return pair(locate(context), before, after, inputs or BuildInputs(), Watching(), frozenset())


def test_a_name_is_a_file_of_the_context_or_an_image(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile.new").write_text(AFTER)
    by_context = name_side("Dockerfile.new", tmp_path, BuildInputs())
    assert by_context.request is not None
    assert by_context.request.dockerfile == tmp_path / "Dockerfile.new"
    assert by_context.request.context == tmp_path
    image = name_side("registry.example/app:1", tmp_path, BuildInputs())
    assert (image.name, image.request, image.dockerfile) == ("registry.example/app:1", None, None)


@pytest.mark.parametrize("text", ["./Dockerfile.none", "/nowhere/Dockerfile"])
def test_a_path_is_no_image(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="no such Dockerfile"):
        name_side(text, tmp_path, BuildInputs())


def test_a_broken_file_is_told_before_anything_is_built(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FORM debian\n")
    with pytest.raises(DockerfileSyntaxError, match="FORM"):
        name_side("Dockerfile", tmp_path, BuildInputs())


def test_what_is_not_given_is_the_contexts_own(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(BEFORE)
    (tmp_path / "new").write_text(AFTER)
    found = wish(tmp_path, None, str(tmp_path / "new"))
    assert found.before.dockerfile is not None
    assert found.before.dockerfile.text == BEFORE
    assert found.after.dockerfile is not None
    assert found.after.dockerfile.text == AFTER


def test_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Dockerfile"):
        wish(tmp_path, None, "image")


def test_a_target_that_the_rewrite_has_not_is_its_last_stage(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian AS app\n")
    (tmp_path / "new").write_text(AFTER)
    found = wish(tmp_path, None, str(tmp_path / "new"), BuildInputs(target="app"))
    assert found.before.request is not None
    assert found.before.request.target == "app"
    assert found.after.request is not None
    assert found.after.request.target is None
    same = wish(tmp_path, None, str(tmp_path / "new"), BuildInputs(target="builder"))
    assert same.after.request is not None
    assert same.after.request.target == "builder"


def test_the_bottom_is_reached_through_stages_and_arguments() -> None:
    file = parse("ARG V=12\nFROM debian:$V AS a\nFROM a AS b\nFROM scratch AS c\nFROM b\n")
    assert bottom(file, file.stages[-1], {}) == "debian:12"
    assert bottom(file, file.stages[-1], {"V": "13"}) == "debian:13"
    assert bottom(file, file.stages[2], {}) == "scratch"


def test_a_gate_is_a_stage_that_the_build_runs() -> None:
    request = request_of(Path(), BuildInputs(), None)
    tester = "FROM debian AS builder\nFROM builder AS tester\nRUN make test && touch /ok\nFROM debian\n"
    assert is_gated(parse(AFTER), request) is None
    assert is_gated(parse(tester), request) is False
    assert is_gated(parse(tester + "COPY --from=tester /ok /ok\n"), request) is True


def test_the_images_below_all_stages_are_known(tmp_path: Path) -> None:
    (tmp_path / "new").write_text(
        "ARG V=1\nFROM node:$V AS a\nFROM a AS b\nFROM scratch\nFROM node:2-slim\nFROM mine\n"
    )
    inputs = BuildInputs(build_args=(("V", "2"),), build_contexts=(("mine", "docker-image://x"),))
    assert external_bases(name_side("new", tmp_path, inputs)) == ("node:2", "node:2-slim")
    assert external_bases(name_side("an/image:1", tmp_path, inputs)) == ()


def test_the_consumers_are_those_of_the_file_and_of_the_stage_that_is_built(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(BEFORE)
    (tmp_path / "new").write_text(AFTER)
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  web: {build: .}\n"
        "  development: {build: {context: ., target: builder}}\n"
        "  renamed: {build: {context: ., target: elsewhere}}\n"
        "  other: {build: {context: ., dockerfile: Dockerfile.other}}\n"
    )
    found = wish(tmp_path, None, str(tmp_path / "new"))
    assert [consumer.name for consumer in found.project.consumers] == ["renamed", "web"]
