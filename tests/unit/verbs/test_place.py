from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.errors import UsageError
from stagewright.verbs.place import locate


def test_a_folder_with_a_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").touch()
    assert locate(tmp_path).dockerfile == tmp_path / "Dockerfile"


def test_a_folder_without_one(tmp_path: Path) -> None:
    assert locate(tmp_path).dockerfile is None


def test_a_file_is_its_folder_with_that_file(tmp_path: Path) -> None:
    (tmp_path / "app.Dockerfile").touch()
    place = locate(tmp_path / "app.Dockerfile")
    assert (place.context, place.dockerfile) == (tmp_path, tmp_path / "app.Dockerfile")


def test_what_is_not_there_has_a_hint(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        locate(tmp_path / "nowhere")
    assert "no such file or directory" in str(caught.value)
    assert caught.value.hint


def test_a_device_is_no_context() -> None:
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        locate(Path("/dev/null"))
