from __future__ import annotations

import json
from pathlib import Path

import pytest

from stagewright.cli.main import main

DOCKERFILE = """\
FROM node:22
WORKDIR /app
COPY . .
RUN npm run build
CMD ["node", "x.js"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "package.json").write_text('{"name": "app", "scripts": {"build": "node x.js"}}\n')
    (tmp_path / "x.js").write_text("1\n")
    return tmp_path


def test_a_bake_file_beside_a_compose_file_is_spoken_of(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "compose.yaml").write_text("services: {}\n")
    assert main(["apply", str(project), "--unproved", "--bake"]) == 0
    told = capsys.readouterr().out
    assert "hint: `docker buildx bake` merges docker-bake.hcl with compose.yaml" in told
    assert "hint: From the text alone: nothing was built." in told
    assert (project / "docker-bake.hcl").is_file()


def test_a_bake_file_of_the_users_own_is_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "docker-bake.hcl").write_text("# mine\n")
    assert main(["apply", str(project), "--unproved", "--bake"]) == 2
    assert "docker-bake.hcl is there already" in capsys.readouterr().err
    assert (project / "docker-bake.hcl").read_text() == "# mine\n"
    assert (project / "Dockerfile").read_text() == DOCKERFILE

    assert main(["apply", str(project), "--unproved", "--bake", "--diff"]) == 0
    assert "\n-# mine\n" in capsys.readouterr().out


def test_the_settings_count_without_a_proof_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = project / "stagewright.toml"
    settings.write_text('harden = ["env"]\n')
    words = ["apply", str(project), "--unproved", "--diff", "--format", "json"]
    assert main(words) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert "NODE_ENV=production" in next(file["content"] for file in files if file["path"] == "Dockerfile")

    settings.write_text("hardn = true\n")
    assert main(words) == 2
    assert "unknown key 'hardn'" in capsys.readouterr().err


def test_a_script_with_half_a_pair_of_surrogates_is_written(tmp_path: Path) -> None:
    start = {"name": "app", "scripts": {"start": "node a.js '\ud800'"}}
    (tmp_path / "package.json").write_text(json.dumps(start))
    (tmp_path / "a.js").write_text('require("http").createServer().listen(3000)\n')
    assert main(["apply", str(tmp_path), "--unproved"]) == 0
    assert "\ufffd" in (tmp_path / "Dockerfile").read_text(encoding="utf-8")
