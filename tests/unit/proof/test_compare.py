from __future__ import annotations

from dataclasses import replace

import pytest

from stagewright.model.design import Allowance
from stagewright.model.run import Answer, Observation
from stagewright.proof.compare import compare, probe_results, silent

ANSWER = Answer(True, 200, (("content-type", "text/plain"), ("etag", '"a"')), "hello", "d1")
RUN = Observation(
    came_up=True,
    stays_up=True,
    exit_code=None,
    stdout="ready\n",
    stderr="",
    ports=("80/tcp",),
    answers=(("http:80/", ANSWER),),
    writes=("/srv/state",),
    user="0",
    stop_exit_code=0,
    stop_seconds=0.2,
)


def answering(answer: Answer) -> Observation:
    return replace(RUN, answers=(("http:80/", answer),))


def subjects(after: Observation, second: Observation = RUN, *allows: Allowance) -> list[tuple[str, str]]:
    return [(item.subject, item.hardening) for item in compare((RUN, second), after, allows)]


def test_the_same_behaves_the_same() -> None:
    assert subjects(RUN) == []
    assert all(result.same for result in probe_results((RUN, RUN), RUN))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stdout", "steady\n"),
        ("stderr", "oops\n"),
        ("ports", ("81/tcp",)),
        ("ports", ("80/tcp", "9000/tcp")),
        ("ports", ()),
        ("user", "1000"),
        ("healthy", False),
        ("exit_code", 0),
        ("stays_up", False),
        ("stop_exit_code", 137),
        ("stop_seconds", 10.1),
        ("writes", ()),
        ("writes", ("/srv/state", "/srv/other")),
    ],
)
def test_each_field_counts_and_may_be_declared(field: str, value: object) -> None:
    after = replace(RUN, **{field: value})  # type: ignore[arg-type]
    assert subjects(after) == [(field, "")]
    assert subjects(after, RUN, Allowance("behaviour", field, "start")) == [(field, "start")]


def test_the_port_of_a_question_to_a_name_server_is_drawn_anew() -> None:
    def bound(*ports: str) -> Observation:
        return replace(RUN, ports=ports)

    first, second = bound("80/tcp", "37947/udp"), bound("80/tcp", "41001/udp")
    for ports in (("80/tcp", "33036/udp"), ("80/tcp",)):
        assert compare((first, second), bound(*ports), ()) == ()
    for ports in (("80/tcp", "53/udp"), ("80/tcp", "33036/tcp"), ("33036/udp",)):
        assert [item.subject for item in compare((first, second), bound(*ports), ())] == ["ports"]
    fixed = bound("80/tcp", "50000/udp")
    assert [item.subject for item in compare((fixed, fixed), RUN, ())] == ["ports"]


def test_an_exit_code_of_zero_is_a_number() -> None:
    (found,) = compare((RUN, RUN), replace(RUN, stop_exit_code=1), ())
    assert (found.before, found.after) == ("0", "1")


def test_a_few_seconds_more_to_stop_are_no_difference() -> None:
    assert subjects(replace(RUN, stop_seconds=5.1)) == []
    assert subjects(replace(RUN, stop_seconds=10.0), replace(RUN, stop_seconds=5.5)) == []


def test_what_the_original_does_not_answer_in_time_is_not_known() -> None:
    silence = answering(Answer(False, error="no answer within 10 seconds"))
    failing = answering(Answer(False, status=500))
    assert silent((silence, silence)) == ("http:80/",)
    assert compare((silence, silence), failing, ()) == compare((silence, silence), silence, ()) == ()
    for other in (failing, RUN):
        assert silent((silence, other)) == silent((other, silence)) == ()
    assert [item.subject for item in compare((silence, failing), RUN, ())] == ["answers http:80/"]
    assert [item.subject for item in compare((RUN, RUN), silence, ())] == ["answers http:80/"]


@pytest.mark.parametrize(
    ("answer", "subject"),
    [
        (replace(ANSWER, status=404), "answers http:80/"),
        (replace(ANSWER, ok=False), "answers http:80/"),
        (Answer(False, error="connection refused"), "answers http:80/"),
        (replace(ANSWER, body="other", body_digest="d2"), "answers http:80/ body"),
        (replace(ANSWER, headers=ANSWER.headers[:1]), "answers http:80/ header etag"),
        (
            replace(ANSWER, headers=(("content-type", "text/html"), ANSWER.headers[1])),
            "answers http:80/ header content-type",
        ),
    ],
)
def test_answers_count(answer: Answer, subject: str) -> None:
    after = answering(answer)
    assert subjects(after) == [(subject, "")]
    assert not probe_results((RUN, RUN), after)[0].same


def test_a_probe_that_was_not_put_is_a_difference() -> None:
    assert subjects(replace(RUN, answers=())) == [("answers http:80/", "")]


def test_what_the_original_answers_anew_each_time_is_masked_and_no_more() -> None:
    again = answering(replace(ANSWER, body="visit 2", body_digest="d2", headers=()))
    first = answering(replace(ANSWER, body="visit 1", body_digest="d1", headers=()))
    new = replace(ANSWER, body="visit 3", body_digest="d3", headers=())
    assert compare((first, again), answering(new), ()) == ()
    other = replace(new, body="error 3")
    assert [item.subject for item in compare((first, again), answering(other), ())] == [
        "answers http:80/ body"
    ]


@pytest.mark.parametrize(
    ("body", "length", "same"),
    [("z\ufffdz", "9", True), ("z\ufffdz", "8", False), ("xyz", "9", False)],
)
def test_bytes_that_are_drawn_anew_are_told_apart_by_their_length_alone(
    body: str, length: str, same: bool
) -> None:
    first, again = (
        answering(replace(ANSWER, body=text, body_digest=text, headers=(("content-length", "9"),)))
        for text in ("\ufffd1\ufffd", "\ufffd\ufffd2")
    )
    new = answering(replace(ANSWER, body=body, body_digest=body, headers=(("content-length", length),)))
    assert (not compare((first, again), new, ())) == same
    assert compare((first, first), answering(replace(ANSWER, body="\ufffd3\ufffd", body_digest="3")), ())


METRICS = """\
# TYPE python_gc_objects_collected_total counter
python_gc_objects_collected_total{generation="0"} 1137.0
process_resident_memory_bytes 4.7e+07
process_orders_total 7.0
books_total 500.0
"""


def page(text: str) -> Answer:
    return Answer(True, 200, (("content-length", str(len(text))),), text, text)


@pytest.mark.parametrize(
    ("was", "now", "same"),
    [
        ("1137.0", "46.0", True),
        ("4.7e+07", "3.9e+07", True),
        ("books_total 500.0", "books_total 0.0", False),
        ("process_orders_total 7.0", "process_orders_total 0.0", False),
        ('generation="0"', 'generation="1"', False),
    ],
)
def test_what_a_runtime_counts_of_itself_is_no_difference(was: str, now: str, same: bool) -> None:
    before, after = (answering(page(text)) for text in (METRICS, METRICS.replace(was, now)))
    assert (not compare((before, before), after, ())) == same
    before, after = (answering(page(text)) for text in ("\n" + METRICS, "\n" + METRICS.replace(was, now)))
    assert compare((before, before), after, ())


def test_the_moment_of_a_file_is_no_difference() -> None:
    assert subjects(answering(replace(ANSWER, headers=(ANSWER.headers[0], ("etag", '"b"'))))) == []


def test_the_order_of_a_set_is_no_difference_and_its_items_are() -> None:
    first = answering(replace(ANSWER, headers=(("allow", "POST, OPTIONS"),)))
    turned = replace(ANSWER, headers=(("allow", "OPTIONS, POST"),))
    assert compare((first, first), answering(turned), ()) == ()
    fewer = replace(ANSWER, headers=(("allow", "POST"),))
    (found,) = compare((first, first), answering(fewer), ())
    assert found.subject == "answers http:80/ header allow"


@pytest.mark.parametrize(
    ("cookies", "lost"),
    [
        (("sid=3", "theme=dark"), False),
        (("sid=3",), True),
        ((), True),
        (("sid=3", "theme=dark", "x=1"), True),
    ],
)
def test_a_header_that_varies_is_there_as_often(cookies: tuple[str, ...], lost: bool) -> None:
    def answered(*values: str) -> Observation:
        return answering(replace(ANSWER, headers=tuple(("set-cookie", value) for value in values)))

    first, second = answered("sid=1", "theme=dark"), answered("sid=2", "theme=dark")
    found = compare((first, second), answered(*cookies), ())
    assert [one.subject for one in found] == (["answers http:80/ header set-cookie"] if lost else [])


def test_what_was_answered_in_one_of_two_runs_is_no_difference() -> None:
    assert subjects(answering(replace(ANSWER, status=503)), answering(replace(ANSWER, status=503))) == []


def test_made_up_names_are_not_compared() -> None:
    first, second, third = (replace(RUN, writes=(f"/srv/x{number}",)) for number in (1, 22, 333))
    assert compare((first, second), third, ()) == ()


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("/var/log/one-tlwmrk_s.log", 0),
        ("/var/log/one-tlwmrk.log", 2),
        ("/var/log/two-tlwmrk_s.log", 2),
        ("/var/log/one-access.txt", 2),
    ],
)
def test_a_word_that_is_drawn_by_lot_is_not_compared_and_what_is_around_it_is(
    written: str, count: int
) -> None:
    first, second, third = (
        replace(RUN, writes=(path,))
        for path in ("/var/log/one-ws4hr7bc.log", "/var/log/one-dkwlaxne.log", written)
    )
    # What was not written, and what was instead.
    assert len(compare((first, second), third, ())) == count


def test_last_words_belong_to_the_way_of_stopping() -> None:
    spoken = replace(RUN, farewell="bye\n")
    assert subjects(spoken) == [("farewell", "")]
    killed = replace(RUN, stop_exit_code=137)
    declared = Allowance("behaviour", "stop_exit_code", "start")
    found = [(item.subject, item.hardening) for item in compare((killed, killed), spoken, (declared,))]
    assert found == [("stop_exit_code", "start"), ("stop_exit_code farewell", "start")]


def test_no_setting_excuses_another_result_of_a_program_that_ends_by_itself() -> None:
    ended = replace(RUN, stays_up=False, exit_code=0, stdout="Zürich\n", ports=(), answers=())
    after = replace(ended, stdout="Z?rich\n", stderr="a warning\n", exit_code=3)
    allows = [Allowance("behaviour", subject, "env") for subject in ("stdout", "stderr", "exit_code")]
    found = {item.subject: item.hardening for item in compare((ended, ended), after, allows)}
    assert found == {"stdout": "", "exit_code": "", "stderr": "env"}


def test_a_health_check_may_show_in_the_access_log_where_it_is_declared() -> None:
    logged = replace(RUN, stdout=RUN.stdout + 'INFO: 127.0.0.1:4 - "GET /health HTTP/1.1" 200 OK\n')
    (undeclared,) = compare((RUN, RUN), logged, ())
    assert (undeclared.subject, undeclared.hardening) == ("healthy stdout", "")
    (declared,) = compare((RUN, RUN), logged, (Allowance("behaviour", "healthy", "health"),))
    assert declared.hardening == "health"
    (other,) = compare(
        (RUN, RUN),
        replace(RUN, stdout=RUN.stdout + "something else\n"),
        (Allowance("behaviour", "healthy", "health"),),
    )
    assert (other.subject, other.hardening) == ("stdout", "")


def test_a_declared_health_check_may_show_beside_requests_from_within_that_the_original_has() -> None:
    asked = replace(RUN, stdout=RUN.stdout + '127.0.0.1 - - "GET /health HTTP/1.1" 200\n')
    both = replace(RUN, stdout=RUN.stdout + '127.0.0.1 - - "GET /health HTTP/1.1" 200\n' * 2)
    (declared,) = compare((asked, asked), both, (Allowance("behaviour", "healthy", "health"),))
    assert (declared.subject, declared.hardening) == ("healthy stdout", "health")


@pytest.mark.parametrize(
    ("was", "now", "same"), [(True, True, True), (False, False, True), (True, False, False)]
)
def test_a_health_check_of_a_consumer_is_compared_by_yes_and_no(was: bool, now: bool, same: bool) -> None:
    runs = [
        replace(RUN, answers=(("exec:check", Answer(ok, body=text)),))
        for ok, text in ((was, "took 3 ms"), (was, "took 3 ms"), (now, "took 400 k"))
    ]
    assert (compare((runs[0], runs[1]), runs[2], ()) == ()) is same
