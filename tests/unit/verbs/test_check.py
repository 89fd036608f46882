from __future__ import annotations

import errno
from pathlib import Path

import pytest

from stagewright.errors import UsageError
from stagewright.verbs.check import check, is_dockerfile_name

NAIVE = 'FROM node:22\nCOPY . .\nRUN npm ci && npm run build\nCMD ["node", "i.js"]\n'
FINE = 'FROM node:22-slim\nCOPY i.js /\nUSER 1000\nCMD ["node", "/i.js"]\n'


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dockerfile", True),
        ("dockerfile", True),
        ("Dockerfile.prod", True),
        ("api.Dockerfile", True),
        ("api.dockerfile", True),
        ("Containerfile", True),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.md", False),
        ("dockerfiles.py", False),
        ("Makefile", False),
    ],
)
def test_what_is_taken_for_a_dockerfile(name: str, expected: bool) -> None:
    assert is_dockerfile_name(name) is expected


def test_folders_are_searched_without_links_and_installed_dependencies(tmp_path: Path) -> None:
    for folder in ("a", "b/c", "node_modules/x", ".git", "vendor"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "Dockerfile").write_text(FINE)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "Dockerfile.link").symlink_to(tmp_path / "a/Dockerfile")
    (tmp_path / "b/Dockerfile.prod").write_text(FINE)
    found = [file.path.removeprefix(f"{tmp_path}/") for file in check([tmp_path]).files]
    assert found == ["a/Dockerfile", "b/Dockerfile.prod", "b/c/Dockerfile"]


def test_a_file_that_can_benefit_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(NAIVE)
    (tmp_path / "my app.Dockerfile").write_text(NAIVE)
    plain, named = check([tmp_path]).files
    assert plain.command == f"stagewright apply {tmp_path}"
    assert named.command == f"stagewright apply '{tmp_path}/my app.Dockerfile'"
    (first,) = [finding for finding in plain.findings if finding.rule == "single-stage"]
    assert (first.path, first.line, first.column) == (f"{tmp_path}/Dockerfile", 1, 1)
    assert "npm run build" in first.message
    assert "estimate" in first.benefit


def test_a_file_that_is_fine_has_nothing_to_run(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(FINE)
    (file,) = check([tmp_path]).files
    assert (file.findings, file.command, file.declined) == ((), "", "")


def test_a_tool_chain_is_declined(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM node:22\nRUN apt-get update && apt-get install -y gcc\n")
    (file,) = check([tmp_path]).files
    assert file.findings == ()
    assert "tools" in file.declined


@pytest.mark.parametrize(
    ("content", "place", "text"),
    [
        (b"FROM a\nRNU x\n", (2, 1), "unknown instruction: RNU"),
        (b"FROM a\nCOPY --fron=b c d\n", (2, None), "unknown flag: --fron"),
        (b"FROM a\nRNU \xff\n", (2, 1), "unknown instruction: RNU"),
        (b"", (1, 1), "no instructions"),
    ],
)
def test_what_cannot_be_built_is_a_result_with_its_place(
    tmp_path: Path, content: bytes, place: tuple[int, int | None], text: str
) -> None:
    (tmp_path / "Dockerfile").write_bytes(content)
    (file,) = check([tmp_path]).files
    (finding,) = file.findings
    assert finding.rule == "syntax-error"
    assert text in finding.message
    assert finding.line == place[0]
    assert place[1] is None or finding.column == place[1]


def test_what_cannot_be_read_is_another_result(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"#" * 2_000_001)
    (file,) = check([tmp_path]).files
    assert [(one.rule, one.severity) for one in file.findings] == [("unreadable", "error")]
    assert "larger than" in file.findings[0].message


def test_values_that_double_line_by_line_cannot_be_read(tmp_path: Path) -> None:
    doubling = "".join(f"ARG A{number + 1}=$A{number}$A{number}\n" for number in range(60))
    (tmp_path / "Dockerfile").write_text(f"ARG A0=xxxxxxxx\n{doubling}FROM node:22$A60\n")
    (file,) = check([tmp_path]).files
    assert [one.rule for one in file.findings] == ["unreadable"]
    assert file.findings[0].line > 1
    assert "too long" in file.findings[0].message


def test_many_bases_of_a_long_value_cannot_be_read(tmp_path: Path) -> None:
    bases = "FROM node:22$A\n" * 10_000
    (tmp_path / "Dockerfile").write_text(f"ARG A={'x' * 60_000}\n{bases}")
    (file,) = check([tmp_path]).files
    assert [(one.rule, one.line) for one in file.findings] == [("unreadable", 19)]


def test_a_file_that_is_no_utf_8_is_read(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(
        b'FROM node:22\nLABEL a=caf\xe9\nRUN npm ci\nCMD ["node", "i.js"]\n'
    )
    (file,) = check([tmp_path]).files
    assert "full-base" in {finding.rule for finding in file.findings}


def test_the_context_tells_what_the_text_cannot(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        "FROM oven/bun:1-slim\nCOPY package.json bun.lockb ./\nRUN bun install --production\n"
        'COPY i.ts .\nUSER 1000\nCMD ["bun", "i.ts"]\n'
    )
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "bun.lock").write_text("")
    (file,) = check([tmp_path / "Dockerfile"]).files
    assert [(f.rule, f.line) for f in file.findings] == [("lockfile-not-copied", 2)]
    assert "`bun.lock`" in file.findings[0].message


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="absent"):
        check([tmp_path / "absent"])


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scandir(path: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr("os.scandir", scandir)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        check([tmp_path])


def test_a_package_that_cannot_be_read_is_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_: object) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY a /a\n")
    monkeypatch.setattr(Path, "read_text", refuse)
    (file,) = check([tmp_path]).files
    assert "unreadable" not in {finding.rule for finding in file.findings}


def test_the_same_file_named_twice_is_checked_once(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(FINE)
    assert len(check([tmp_path, tmp_path / "Dockerfile"]).files) == 1
