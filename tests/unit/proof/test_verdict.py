from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from stagewright.model.proof import Accounting, BehaviourDifference, ConfigDifference, Unexplained
from stagewright.model.run import Answer, Observation, Probe
from stagewright.proof.verdict import INSTALL, SHOWN, Found, decide

RUN = Observation(
    came_up=True,
    stays_up=True,
    exit_code=None,
    stdout="ready",
    stderr="",
    ports=("80/tcp",),
    answers=(("http:80/", Answer(True, 200)),),
)
GOOD = Found(Accounting(), (), (), (), (RUN, RUN), RUN)


def original(**changes: object) -> Found:
    run = replace(RUN, **changes)  # type: ignore[arg-type]
    return replace(GOOD, originals=(run, run))


def test_proved_says_nothing_more() -> None:
    assert decide(GOOD) == ("proved", (), ())


@pytest.mark.parametrize(
    "found",
    [
        replace(GOOD, accounting=Accounting(unexplained=(Unexplained("/app/THING", "missing", "3 bytes"),))),
        replace(GOOD, accounting=Accounting(unexplained=(Unexplained("/app/THING", "mode", "0755 → 0644"),))),
        replace(GOOD, configuration=(ConfigDifference("env:THING", "a", ""),)),
        replace(GOOD, broken=(Unexplained("/bin/THING", "library", "libx.so"),)),
        replace(GOOD, behaviour=(BehaviourDifference("answers THING", "a", "b"),)),
    ],
)
def test_each_kind_of_fault_fails_and_names_the_thing(found: Found) -> None:
    verdict, reasons, _ = decide(found)
    assert verdict == "failed"
    assert len(reasons) == 1
    assert "THING" in reasons[0]


def test_what_was_seen_without_what_it_depends_on_proves_nothing() -> None:
    after = replace(RUN, came_up=False, obstacle="service db ended with exit code 1")
    verdict, reasons, hints = decide(
        replace(GOOD, after=after, behaviour=(BehaviourDifference("came_up", "yes", "no"),))
    )
    assert (verdict, len(reasons), len(hints)) == ("not proved", 1, 1)
    assert "service db ended" in reasons[0]


def test_declared_differences_do_not_fail() -> None:
    found = replace(
        GOOD,
        configuration=(ConfigDifference("user", "root", "1000", "user"),),
        behaviour=(BehaviourDifference("user", "0", "1000", "user"),),
    )
    assert decide(found)[0] == "proved"


def test_a_declared_difference_is_no_leave_to_stop_answering() -> None:
    found = replace(
        GOOD,
        behaviour=(BehaviourDifference("answers http:80/", "200", "refused", "server"),),
        after=replace(RUN, answers=(("http:80/", Answer(False)),)),
    )
    assert decide(found)[0] == "failed"


def test_an_unhealthy_image_fails() -> None:
    verdict, reasons, _ = decide(replace(GOOD, after=replace(RUN, healthy=False)))
    assert (verdict, reasons) == ("failed", ("the new image's health check fails",))


@pytest.mark.parametrize(
    "found",
    [
        original(came_up=False, stays_up=False, exit_code=1, stderr="no database"),
        original(out_of_memory=True),
        original(out_of_time=True),
        replace(GOOD, after=replace(RUN, out_of_memory=True)),
        replace(GOOD, after=replace(RUN, out_of_time=True)),
        original(stdout="", ports=(), answers=()),
        original(stdout="", ports=(), answers=(("exec:check", Answer(False)),)),
        original(stderr="dial tcp: lookup db: no such host"),
        original(answers=(("http:80/", Answer(False, 503)),)),
        replace(GOOD, given=(Probe("http", 80, "/none"),)),
    ],
)
def test_what_could_not_be_seen_is_not_proved(found: Found) -> None:
    verdict, reasons, hints = decide(found)
    assert verdict == "not proved"
    assert reasons
    assert hints


def test_a_silent_program_is_seen_at_work_by_a_health_check_that_passes() -> None:
    assert decide(original(stdout="", ports=(), answers=(("exec:check", Answer(True)),)))[0] == "proved"


def test_what_is_wrong_weighs_more_than_what_is_not_known() -> None:
    found = original(came_up=False, stays_up=False, exit_code=1)
    found = replace(found, configuration=(ConfigDifference("cmd", "a", "b"),))
    verdict, reasons, _ = decide(found)
    assert verdict == "failed"
    assert reasons[0].startswith("configuration")
    assert "exit code 1" in reasons[1]


def test_behaviour_is_not_held_against_what_never_came_up() -> None:
    found = original(came_up=False, stays_up=False, exit_code=1)
    assert decide(replace(found, behaviour=(BehaviourDifference("stdout", "a", "b"),)))[0] == "not proved"


def test_long_lists_are_counted() -> None:
    many = tuple(Unexplained(f"/{number}", "missing") for number in range(SHOWN + 3))
    reasons = decide(replace(GOOD, accounting=Accounting(unexplained=many)))[1]
    assert reasons[-1] == "3 more paths have no explanation"


def test_files_of_an_unknown_base_are_not_told_from_others() -> None:
    missing = Accounting(unexplained=(Unexplained("/etc/motd", "missing", "3 bytes"),))
    found = replace(GOOD, accounting=missing, bases_known=False)
    verdict, reasons, hints = decide(found)
    assert verdict == "not proved"
    assert "/etc/motd" in reasons[0]
    assert "--before" in hints[0]
    assert decide(replace(GOOD, bases_known=False))[0] == "proved"


def test_a_tool_that_wants_arguments_is_seen_by_commands_that_are_given() -> None:
    usage = {"came_up": False, "stays_up": False, "exit_code": 2, "ports": ()}
    probe = Probe("exec", command=("tool", "--version"))
    unanswered = original(**usage, answers=())
    answered = original(**usage, answers=((str(probe), Answer(True, 0)),))
    assert decide(unanswered)[0] == "not proved"
    assert decide(replace(unanswered, given=(probe,)))[0] == "not proved"
    assert decide(replace(answered, given=(probe,)))[0] == "proved"
    wrong = original(**usage, answers=((str(probe), Answer(False, 1)),))
    assert decide(replace(wrong, given=(probe,)))[0] == "not proved"


def test_an_original_that_installs_packages_when_it_starts_is_not_seen_at_work() -> None:
    verdict, reasons, hints = decide(original(installing="npm install"))
    assert (verdict, hints) == ("not proved", (INSTALL,))
    assert reasons == (
        "the original could not be seen at work: it installs packages when it starts (npm install)",
    )


@pytest.mark.parametrize(
    ("kind", "ok", "verdict"),
    [("http", True, "proved"), ("http", False, "not proved"), ("tcp", True, "not proved")],
)
def test_probes_that_are_given_show_a_program_at_work_that_does_not_reach_something(
    kind: Literal["http", "tcp"], ok: bool, verdict: str
) -> None:
    probe = Probe(kind, 80, "/health" if kind == "http" else "")
    found = original(stderr="redis: connection refused", answers=((str(probe), Answer(ok, 200)),))
    assert decide(found)[0] == "not proved"
    assert decide(replace(found, given=(probe,)))[0] == verdict


@pytest.mark.parametrize(
    ("stderr", "told"),
    [
        (
            "main.js:3\n  throw x\n  ^\n\nError: PORT is not set\n    at main.js:3:7\n\nNode.js v22.20.0",
            "Error: PORT",
        ),
        (
            "Error: Cannot find module 'x' {\n  code: 'MODULE_NOT_FOUND'\n}\n\nNode.js v20.1.0",
            "Error: Cannot find",
        ),
        ("Traceback\n  File a\nKeyError: 'TOKEN'", "KeyError"),
        ("Error: one\n2026/11/29 PORT not specified", "2026/11/29 PORT"),
        ("Node.js v22.20.0", "Node.js v22.20.0"),
    ],
)
def test_the_end_is_told_by_the_line_that_says_why(stderr: str, told: str) -> None:
    _, reasons, _ = decide(original(came_up=False, stays_up=False, exit_code=1, stderr=stderr))
    assert f"it ended with exit code 1: {told}" in reasons[0]
