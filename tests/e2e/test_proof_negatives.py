"""Rewrites that look right and are not: each fails by name, with its exit code, and touches no file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from stagewright.cli.main import main
from stagewright.engine import BuildRequest, Engine
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schema/proof.schema.json").read_text(encoding="utf-8"))
PROGRAM = """\
#!/bin/sh
echo "mode $MODE, $(cat /app/data.txt)"
test -n "$MODE" || exit 4
"""
BUILDER = """\
FROM debian:bookworm-slim AS builder
WORKDIR /app
COPY program.sh data.txt tool ./
RUN chmod 755 program.sh && chmod 4755 tool && mkdir empty
"""
START = """\
ENV MODE=fast
CMD ["/app/program.sh"]
"""
BEFORE = BUILDER.replace(" AS builder", "") + START
AFTER = f"{BUILDER}\nFROM debian:bookworm-slim\nWORKDIR /app\nCOPY --from=builder /app /app\n{START}"
RUN = AFTER.replace("ENV MODE", "RUN {}\nENV MODE")


@dataclass(frozen=True)
class Outcome:
    code: int
    proof: dict[str, Any]
    error: str

    @property
    def reasons(self) -> str:
        return "\n".join(self.proof["reasons"])

    @property
    def unexplained(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.proof["accounting"]["unexplained"]
        return found


Prove = Callable[..., Outcome]


@pytest.fixture
def prove(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Prove:
    """Runs the command on a small project; every file must be as it was when it has ended."""
    (tmp_path / "program.sh").write_text(PROGRAM)
    (tmp_path / "data.txt").write_text("data\n")
    (tmp_path / "tool").write_text("a tool\n")

    def run(after: str, *options: str, before: str = BEFORE) -> Outcome:
        (tmp_path / "Dockerfile").write_text(before)
        (tmp_path / "Dockerfile.new").write_text(after)
        there = _snapshot(tmp_path)
        command = ["prove", str(tmp_path), "--after", str(tmp_path / "Dockerfile.new"), *options]
        code = main([*command, "--no-measure", "--quiet", "--format", "json"])
        assert _snapshot(tmp_path) == there
        out, err = capsys.readouterr()
        proof = json.loads(out) if out else {}
        if proof:
            jsonschema.validate(proof, SCHEMA)
        return Outcome(code, proof, err)

    return run


def _snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mode) for path in files}


@pytest.mark.oldest
def test_an_equal_rewrite_is_proved(prove: Prove) -> None:
    outcome = prove(AFTER)
    assert (outcome.code, outcome.proof["verdict"], outcome.reasons) == (0, "proved", "")
    assert outcome.unexplained == []


@pytest.mark.oldest
@pytest.mark.parametrize(
    ("change", "path", "what"),
    [
        ("rm empty -r", "/app/empty", "missing"),
        ("rm data.txt && echo data > data.txt && chmod 600 data.txt", "/app/data.txt", "mode"),
        ("chmod 755 tool", "/app/tool", "mode"),
    ],
    ids=["missing", "mode", "setuid lost"],
)
def test_one_path_that_is_another_one_fails_by_name(prove: Prove, change: str, path: str, what: str) -> None:
    outcome = prove(RUN.format(change))
    assert (outcome.code, outcome.proof["verdict"]) == (1, "failed")
    assert [(item["path"], item["what"]) for item in outcome.unexplained] == [(path, what)]
    assert path in outcome.reasons


def test_of_many_paths_none_is_overlooked(prove: Prove) -> None:
    changes = {
        "chown 1000 tool && chmod 4755 tool": ("/app/tool", "owner"),
        "ln -sf data.txt more": ("/app/more", "added"),
        "rm program.sh && ln -s data.txt program.sh": ("/app/program.sh", "type"),
        "rm /etc/debian_version": ("/etc/debian_version", "missing"),
        "echo 10.0.0.1 > /etc/issue": ("/etc/issue", "content"),
        "useradd --no-create-home rescue": ("/etc/passwd", "content"),
        "cp /bin/true /bin/own && chmod 4755 /bin/own": ("/usr/bin/own", "added"),
        "rm /lib/x86_64-linux-gnu/libnss_files.so.2": (
            "/usr/lib/x86_64-linux-gnu/libnss_files.so.2",
            "missing",
        ),
    }
    outcome = prove(RUN.format(" && ".join(changes)))
    assert (outcome.code, outcome.proof["verdict"]) == (1, "failed")
    found = {(item["path"], item["what"]) for item in outcome.unexplained}
    assert set(changes.values()) <= found


def test_one_changed_file_is_named_and_so_is_what_it_changes(prove: Prove) -> None:
    outcome = prove(RUN.format("sed -i s/data/Data/ data.txt"))
    assert (outcome.code, outcome.proof["verdict"]) == (1, "failed")
    assert [(item["path"], item["what"]) for item in outcome.unexplained] == [("/app/data.txt", "content")]
    differences = {item["subject"]: item for item in outcome.proof["behaviour"]}
    assert differences["stdout"]["before"] == "mode fast, data"
    assert differences["stdout"]["after"] == "mode fast, Data"
    assert "/app/data.txt" in outcome.reasons
    assert "stdout" in outcome.reasons


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ENV MODE=fast\n", "ENV MODE=\n", ["env MODE"]),
        ("CMD", "USER 1000\nCMD", ["user"]),
        (
            "ENV MODE=fast\nCMD",
            "ENV MORE=1\nWORKDIR /tmp\nEXPOSE 80\nSTOPSIGNAL SIGINT\nHEALTHCHECK CMD true\n"
            'ENTRYPOINT ["/bin/sh"]\nCMD',
            ["env MODE", "env MORE", "workdir", "exposed", "stopsignal", "healthcheck", "entrypoint"],
        ),
    ],
    ids=["ENV lost", "another user", "all the rest"],
)
def test_another_configuration_fails_by_name(prove: Prove, old: str, new: str, said: list[str]) -> None:
    final = AFTER.rindex(old)
    outcome = prove(AFTER[:final] + new + AFTER[final + len(old) :])
    assert (outcome.code, outcome.proof["verdict"]) == (1, "failed")
    for name in said:
        assert f"configuration, {name}:" in outcome.reasons


def test_another_user_is_proved_where_it_is_wanted(prove: Prove) -> None:
    after = AFTER.replace("--from", "--chown=1000:1000 --from").replace("CMD", "USER 1000:1000\nCMD")
    assert prove(after).code == 1
    # A tool that lends its owner's rights is never given to another one in passing.
    outcome = prove(after, "--harden", "user")
    assert "/app/tool: its owner" in outcome.reasons
    kept = after.replace("CMD", "COPY --from=builder /app/tool /app/tool\nCMD")
    outcome = prove(kept, "--harden", "user")
    assert (outcome.code, outcome.reasons) == (0, "")


def test_a_build_that_breaks_names_its_step(prove: Prove) -> None:
    outcome = prove(RUN.format("echo some trouble && exit 3"))
    assert outcome.code == 1
    assert "RUN echo some trouble && exit 3" in outcome.error
    assert "some trouble" in outcome.error.partition("hint:")[2]


def test_a_file_that_the_context_lacks_is_named(prove: Prove) -> None:
    outcome = prove(AFTER.replace("tool ./", "tool absent.txt ./"))
    assert outcome.code == 1
    assert "absent.txt" in outcome.error


def test_an_image_stands_on_the_base_that_the_rewrite_names(
    prove: Prove, engine: Engine, tmp_path: Path
) -> None:
    request = BuildRequest(tmp_path, dockerfile_text=BEFORE.replace("bookworm-slim", "bookworm"))
    after = AFTER.replace("bookworm-slim AS", "bookworm AS")
    outcome = prove(after, "--before", engine.build(request).ref)
    assert (outcome.code, outcome.reasons) == (0, "")
    assert "base" in outcome.proof["accounting"]["left_behind"]
    # Nothing tells its base from what was built on it.
    outcome = prove(AFTER, "--before", engine.build(request).ref)
    assert (outcome.code, outcome.proof["verdict"]) == (1, "not proved")
    assert "what its base is" in "\n".join(outcome.proof["hints"])


def test_a_syntax_error_is_bad_input_with_its_line(prove: Prove) -> None:
    outcome = prove(AFTER.replace("WORKDIR", "WORKDIRR", 1))
    assert outcome.code == 2
    assert "Dockerfile.new:2:1" in outcome.error
    assert "did you mean WORKDIR" in outcome.error


def test_an_image_that_is_not_to_be_had_is_named(prove: Prove) -> None:
    outcome = prove(AFTER, "--before", "stagewright/absent:1")
    # Where no registry is in reach, it is a passing fault.
    assert outcome.code in (2, 75)
    assert "stagewright/absent" in outcome.error


def test_a_folder_without_anything_is_declined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", str(tmp_path), "--quiet", "--format", "json"]) == 0
    proof = document(capsys)
    assert proof["verdict"] == "declined"
    assert str(tmp_path) in proof["reasons"][0]


def test_a_health_check_that_fails_is_no_hardening(prove: Prove) -> None:
    waiting = '["sh", "-c", "trap exit TERM; while sleep 0.1; do :; done"]'
    before, after = (text.replace('["/app/program.sh"]', waiting) for text in (BEFORE, AFTER))
    checked = after.replace("CMD", "HEALTHCHECK --retries=1 CMD false\nCMD")
    outcome = prove(checked, "--harden", "health", "--probe", "exec:cat /app/data.txt", before=before)
    assert (outcome.code, outcome.proof["verdict"]) == (1, "failed")
    assert "health check fails" in outcome.reasons


def test_a_health_check_of_the_compose_file_is_a_probe(prove: Prove, tmp_path: Path) -> None:
    waiting = '["sh", "-c", "trap exit TERM; while sleep 0.1; do :; done"]'
    before, after = (text.replace('["/app/program.sh"]', waiting) for text in (BEFORE, AFTER))
    service = "services: {{app: {{build: ., healthcheck: {{test: '{}'}}}}}}"
    # Nothing else tells that this silent program works.
    (tmp_path / "compose.yaml").write_text(service.format("test $$MODE = fast"))
    outcome = prove(after, before=before)
    assert (outcome.code, outcome.reasons) == (0, "")
    assert [(probe["probe"], probe["same"]) for probe in outcome.proof["probes"]] == [
        ("exec:/bin/sh -c 'test $MODE = fast'", True)
    ]
    (tmp_path / "compose.yaml").write_text(service.format("test $$(id -u) = 0"))
    outcome = prove(f"{after}USER 1000\n", "--harden", "user", before=before)
    assert (outcome.code, outcome.proof["verdict"]) == (1, "failed")
    assert "answers exec:/bin/sh" in outcome.reasons


def test_a_program_that_never_comes_up_is_not_proved(prove: Prove) -> None:
    outcome = prove(AFTER.replace("ENV MODE=fast\n", ""), before=BEFORE.replace("ENV MODE=fast\n", ""))
    assert (outcome.code, outcome.proof["verdict"]) == (1, "not proved")
    assert "exit code 4" in outcome.reasons
    assert "--env" in "\n".join(outcome.proof["hints"])


def test_what_is_brought_makes_it_come_up(prove: Prove) -> None:
    before, after = (text.replace("ENV MODE=fast\n", "") for text in (BEFORE, AFTER))
    outcome = prove(after, "--env", "MODE=given", before=before)
    assert (outcome.code, outcome.reasons) == (0, "")


def test_a_probe_that_the_original_does_not_answer_proves_nothing(prove: Prove) -> None:
    outcome = prove(AFTER, "--probe", "log~no such line")
    assert (outcome.code, outcome.proof["verdict"]) == (1, "not proved")
    assert "log~no such line" in outcome.reasons
