"""What is easily lost: each case is proved and does in production what it did before, or is declined by name.

The cases are in `adversarial/*.toml`: a Dockerfile, the files beside it, and what must come of it. `checks`
are put to the built original and to what was written, by this test alone: Stagewright is not told of them.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from stagewright.cli.main import main
from stagewright.engine import BuildRequest, Engine
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

CASES = Path(__file__).parent / "adversarial"
SECONDS = 60


@dataclass(frozen=True)
class Case:
    """`because`: what the reasons of a decline must say; `writes`: a pattern of what is written otherwise.

    A check is a shell's text, or a program's words.

    `base` is built first and is there as `adversarial/NAME`. `files` whose text begins with `#!` may be run.
    `repository`: the files are committed, and the commit is tagged `v1.2.3`.
    `slow` ones are left to `make adversarial`.
    """

    dockerfile: str
    verdict: str = "proved"
    because: str = ""
    writes: str = ""
    base: str = ""
    slow: bool = False
    repository: bool = False
    options: list[str] = field(default_factory=list)
    checks: list[str | list[str]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


def cases() -> dict[str, Case]:
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(CASES.glob("*.toml"))]
    return {name: Case(**values) for table in tables for name, values in table.items()}


def answer(image: str, check: str | list[str]) -> tuple[int, str, str]:
    """Exit code, and what came on stdout and on stderr: which of the two came first is chance."""
    words = ["sh", "-c", check] if isinstance(check, str) else check
    ran = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", "--entrypoint", words[0], image, *words[1:]],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=SECONDS,
        check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


def commit(folder: Path) -> None:
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"], ["tag", "v1.2.3"]):
        subprocess.run([*git, *words], check=True)


def named() -> list[Any]:
    slow = pytest.mark.adversarial
    return [pytest.param(name, marks=slow if case.slow else ()) for name, case in cases().items()]


@pytest.mark.parametrize("name", named())
def test_it_is_the_same_or_left_alone(
    name: str, engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = cases()[name]
    for path, text in {**case.files, "Dockerfile": case.dockerfile}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
        (tmp_path / path).chmod(0o755 if text.startswith("#!") else 0o644)
    if case.repository:
        commit(tmp_path)
    if case.base:
        built = engine.build(BuildRequest(tmp_path, dockerfile_text=case.base)).ref
        subprocess.run(["docker", "tag", built, f"adversarial/{name}"], check=True)
    original = engine.build(BuildRequest(tmp_path)).ref
    before = {str(check): answer(original, check) for check in case.checks}
    assert {check for check, (code, *_) in before.items() if code} == set(), before

    main(["apply", str(tmp_path), "--format", "json", "--quiet", *case.options])
    proof: dict[str, Any] = document(capsys)
    reasons = "\n".join(proof["reasons"])
    assert proof["verdict"] == case.verdict, reasons
    assert re.search(case.because, reasons), reasons
    if case.verdict != "proved":
        assert (tmp_path / "Dockerfile").read_text(encoding="utf-8") == case.dockerfile
        return
    assert re.search(case.writes, (tmp_path / "Dockerfile").read_text(encoding="utf-8"))
    production = engine.build(BuildRequest(tmp_path)).ref
    assert {str(check): answer(production, check) for check in case.checks} == before
