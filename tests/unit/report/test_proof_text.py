from dataclasses import replace

from stagewright.model.fact import UNSHOWN
from stagewright.model.proof import Accounting, Unexplained
from stagewright.report.proof_text import render
from tests.unit.report.proofs import EMPTY, FULL


def test_the_verdict_and_its_reasons_come_first() -> None:
    lines = render(FULL).splitlines()
    assert lines[0] == "failed: compared with the Dockerfile (linux/amd64, target production, MODE=fast)"
    assert lines[1] == "  - /app/x is missing"
    assert lines[2] == "  hint: bring its environment with --env"


def test_where_nothing_was_compared_nothing_is_said_of_it() -> None:
    assert render(EMPTY) == "not proved\n  - nothing was observed\n"


def test_both_sides_stand_beside_each_other() -> None:
    text = render(FULL)
    assert "1.0 GB       250.0 MB  25 %" in text
    assert "12.0 s          3.0 s" in text
    assert "not measured" in text


def test_differences_say_who_declares_them() -> None:
    text = render(FULL)
    assert "user: root → 1000  [by user]" in text
    assert "stdout: a b → c  [NOT DECLARED]" in text
    assert "unexplained: /app/x: missing (12 bytes)" in text
    assert "DIFFER http:3000/: 200 hi → not asked" in text
    assert "same   tcp:3000: ok" in text


def test_what_was_given_up_has_its_reason() -> None:
    assert "Given up\n  gate: behaviour, stdout: a → c\n" in render(FULL)
    assert "Given up" not in render(EMPTY)


def test_designs_that_did_not_hold_have_their_reasons() -> None:
    assert "Tried before\n  candidate 1: behaviour, stdout: a → b\n" in render(FULL)
    assert "Added\n  /usr/bin/file, /usr/share/misc/magic: exec: file: not found\n" in render(FULL)
    assert "Tried before" not in render(EMPTY)
    assert "Added" not in render(EMPTY)


def test_an_empty_proof_has_no_empty_sections() -> None:
    assert "Configuration" not in render(EMPTY)
    assert "Files" not in render(EMPTY)


def test_a_long_list_is_cut_and_says_so() -> None:
    many = tuple(Unexplained(f"/app/{number:03}", "missing") for number in range(30))
    text = render(replace(FULL, accounting=Accounting(unexplained=many)))
    assert text.count("unexplained:") == 20
    assert "… and 10 more" in text


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in render(replace(FULL, reasons=("/app/\x1b[2J is missing",)))


def test_the_first_line_says_that_the_design_was_bold() -> None:
    bold = replace(FULL, accounting=Accounting(left_behind={UNSHOWN: (1, 2)}))
    assert render(bold).splitlines()[0].endswith("(linux/amd64, target production, MODE=fast, bold)")
