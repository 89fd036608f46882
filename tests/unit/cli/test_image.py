import json
from pathlib import Path

import jsonschema
import pytest

from stagewright.cli.main import main
from tests.unit.report.test_image_json import SCHEMA
from tests.unit.saved_images import as_archive, as_folder, oci
from tests.unit.verbs.test_image import LAYERS, MADE


def test_text_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(as_archive(oci(LAYERS, MADE), tmp_path / "image.tar"))
    assert main(["image", path]) == 0
    assert "deleted by layer 1" in capsys.readouterr().out
    assert main(["image", path, "--format", "json", "--top", "1"]) == 0
    printed = json.loads(capsys.readouterr().out)
    jsonschema.validate(printed, SCHEMA)
    assert len(printed["packages"]) == len(printed["folders"]) == 1


def test_the_same_again_gives_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(as_folder(oci(LAYERS, MADE), tmp_path))
    assert main(["image", path, "--format", "json"]) == main(["image", path, "--format", "json"]) == 0
    printed = capsys.readouterr().out
    assert printed[: len(printed) // 2] * 2 == printed


def test_what_is_no_image_is_said_with_a_hint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["image", str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "neither index.json nor manifest.json" in printed.err
    assert "hint: " in printed.err


@pytest.mark.parametrize("count", ["0", "-1", "x", "1" * 50])
def test_a_count_that_is_none(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["image", ".", "--top", count])
    assert "a number from 1 to" in capsys.readouterr().err or count == "-1"
