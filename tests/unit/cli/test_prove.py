from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from stagewright.cli import main as command
from stagewright.cli import prove
from stagewright.cli.main import main
from stagewright.errors import UsageError
from stagewright.model.proof import Proof, Verdict
from stagewright.model.request import BuildInputs, Watching
from stagewright.proof.probes import parse
from stagewright.verbs.settings import Settings


def parsed(*words: str) -> argparse.Namespace:
    return command.parser().parse_args(["prove", *words])


@pytest.mark.parametrize(
    ("verdict", "code"), [("proved", 0), ("declined", 0), ("failed", 1), ("not proved", 1)]
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_verdict_is_printed_and_is_the_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verdict: Verdict,
    code: int,
    form: str,
) -> None:
    monkeypatch.setattr(prove, "_proof", lambda _: Proof(verdict, ("a reason",)))
    assert main(["prove", "--format", form]) == code
    out = capsys.readouterr().out
    said = json.loads(out)["verdict"] if form == "json" else out.splitlines()[0].partition(":")[0]
    assert said == verdict


def test_the_options_become_how_it_is_watched() -> None:
    words = ("--probe", "tcp:80", "--env", "A=1", "--no-measure", "--before", "a", "--after", "b")
    args = parsed(*words)
    watching = prove.watching_of(args, measure=not args.no_measure)
    assert watching == Watching(probes=(parse("tcp:80"),), env=(("A", "1"),), measure=False)
    assert (args.before, args.after) == ("a", "b")


def test_a_probe_that_is_none_is_bad_usage(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="column 1"):
        prove.watching_of(parsed("--probe", "udp:1"), measure=True)
    assert main(["prove", str(tmp_path), "--probe", "http:0/"]) == 2
    assert "column 6" in capsys.readouterr().err


def test_a_service_is_read_with_the_variables_that_are_brought(tmp_path: Path) -> None:
    for name in ("line", "file"):
        text = f"services: {{{name}: {{command: run $WHAT}}}}"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    watching = Watching(env=(("WHAT", "it"),))
    settings = Settings(compose=(tmp_path / "file.yaml", "file"))
    assert prove.composed(parsed(), Settings(), watching, tmp_path) == watching
    by_file = prove.composed(parsed(), settings, watching, tmp_path)
    assert by_file.composition.service.command == ("run", "it")
    args = parsed("--compose", str(tmp_path / "line.yaml"), "line")
    assert prove.composed(args, settings, watching, tmp_path).composition.service.name == "line"


def test_the_command_line_goes_over_the_settings() -> None:
    settings = Settings(
        probes=(parse("tcp:80"), parse("tcp:81")),
        env=(("A", "file"), ("B", "file")),
        build_args=(("V", "file"), ("W", "file")),
    )
    inputs, watching = prove.with_settings(
        settings,
        BuildInputs(build_args=(("V", "line"),), target="x"),
        Watching(probes=(parse("tcp:81"), parse("tcp:82")), env=(("A", "line"),), measure=False),
    )
    assert inputs == BuildInputs(build_args=(("V", "line"), ("W", "file")), target="x")
    assert [str(probe) for probe in watching.probes] == ["tcp:80", "tcp:81", "tcp:82"]
    assert watching.env == (("A", "line"), ("B", "file"))
    assert not watching.measure
