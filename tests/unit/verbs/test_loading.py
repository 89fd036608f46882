from __future__ import annotations

import os
from pathlib import Path

import pytest

from stagewright.errors import UsageError
from stagewright.model.request import Place
from stagewright.verbs.loading import load

TEXT = "FROM scratch\nCOPY . .\n"


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").write_text(TEXT)
    (tmp_path / "app").mkdir()
    return tmp_path / "app"


def test_a_dockerfile_that_is_a_link_out_of_the_context_is_refused(context: Path) -> None:
    (context / "Dockerfile").symlink_to("../elsewhere")
    with pytest.raises(UsageError, match="is a link out of") as caught:
        load(Place(context, context / "Dockerfile"))
    assert caught.value.hint


def test_a_link_within_the_context_names_the_file_that_it_leads_to(context: Path) -> None:
    (context / "prod.Dockerfile").write_text(TEXT)
    (context / "Dockerfile").symlink_to("prod.Dockerfile")
    assert load(Place(context, context / "Dockerfile")).name == "prod.Dockerfile"


def test_a_dockerfile_that_lies_elsewhere_is_the_one_that_is_named(context: Path) -> None:
    (context.parent / "elsewhere.dockerignore").write_text("x\n")
    loaded = load(Place(context, context.parent / "elsewhere"))
    assert loaded.as_read["../elsewhere.dockerignore"] == "x\n"


def test_an_ignore_file_is_read_from_the_context_alone(context: Path) -> None:
    (context / ".dockerignore").symlink_to("../elsewhere")
    with pytest.raises(UsageError, match="no regular file of the context"):
        load(Place(context, None))


@pytest.mark.parametrize("special", ["fifo", "folder", "zero"])
def test_an_ignore_file_that_is_no_file_neither_hangs_nor_fills_the_memory(
    context: Path, special: str
) -> None:
    path = context / ".dockerignore"
    if special == "fifo":
        os.mkfifo(path)
    elif special == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(UsageError, match="no regular file of the context"):
        load(Place(context, None))


def test_an_ignore_file_without_an_end_is_refused(context: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stagewright.verbs.loading.MAX_FILE_BYTES", 3)
    (context / ".dockerignore").write_text("four")
    with pytest.raises(UsageError, match="larger than 3 bytes"):
        load(Place(context, None))


def test_an_ignore_file_that_is_no_utf_8_keeps_its_bytes(context: Path) -> None:
    (context / ".dockerignore").write_bytes(b"caf\xe9\n")
    loaded = load(Place(context, None))
    assert loaded.project.texts[".dockerignore"].encode("utf-8", "surrogateescape") == b"caf\xe9\n"
