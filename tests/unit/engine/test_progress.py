import base64
import json

import pytest

from stagewright.engine.progress import BuildEvent, Progress, Step, failing_line

START, END = "2025-01-01T10:00:00.123456789Z", "2025-01-01T10:00:02.623456789Z"


def _vertex(name: str, **more: object) -> str:
    return json.dumps({"vertexes": [{"digest": f"sha256:{name}", "name": name, **more}]})


def _log(name: str, text: str) -> str:
    data = base64.b64encode(text.encode()).decode()
    return json.dumps({"logs": [{"vertex": f"sha256:{name}", "stream": 1, "data": data}]})


def test_steps_with_times_and_cache() -> None:
    progress = Progress(None)
    name = "[builder 2/4] RUN npm ci"
    progress.feed(_vertex(name))
    progress.feed(_vertex(name, started=START))
    progress.feed(_vertex(name, started=START, completed=END))
    progress.feed(_vertex("[1/2] COPY a b", started=START, completed=START, cached=True))
    second, first = progress.steps
    assert first == Step(name, f"sha256:{name}", False, 2.5)
    assert (first.stage, first.instruction) == ("builder", "RUN npm ci")
    assert second.cached
    assert (second.stage, second.instruction) == ("", "COPY a b")


def test_a_step_of_the_builder_has_no_instruction() -> None:
    assert Step("[internal] load build context", "d").instruction == ""


def test_steps_come_in_an_order_that_does_not_depend_on_the_race() -> None:
    names = [
        "[b 10/10] RUN z",
        "[b  9/10] RUN y",
        "[a 1/1] RUN x",
        "[internal] load",
        "[b  9/10] LINK COPY --link a b",
    ]
    progress = Progress(None)
    for name in names:
        progress.feed(_vertex(name))
    assert [step.name for step in progress.steps] == [
        "[b  9/10] LINK COPY --link a b",
        "[internal] load",
        "[a 1/1] RUN x",
        "[b  9/10] RUN y",
        "[b 10/10] RUN z",
    ]
    assert [step.instruction for step in progress.steps][:3] == ["", "", "RUN x"]


def test_an_instruction_may_span_lines() -> None:
    assert Step("[a  3/9] RUN <<EOF (true...)\nmore", "d").instruction == "RUN <<EOF (true...)\nmore"


def test_a_watcher_hears_each_thing_once() -> None:
    events: list[BuildEvent] = []
    progress = Progress(events.append)
    progress.feed(_vertex("a", started=START))
    progress.feed(_vertex("a", started=START))
    progress.feed(_log("a", "one\ntwo\n"))
    progress.feed(_vertex("a", started=START, completed=END))
    assert [(event.kind, event.text) for event in events] == [
        ("started", ""),
        ("log", "one"),
        ("log", "two"),
        ("done", ""),
    ]


def test_the_step_that_failed_is_not_one_that_was_cancelled_with_it() -> None:
    progress = Progress(None)
    progress.feed(_vertex("other", error="context canceled"))
    progress.feed(_vertex("culprit", error="exit code: 1"))
    progress.feed(_log("culprit", "".join(f"line {number}\n" for number in range(100))))
    step = progress.failed_step()
    assert step is not None
    assert step.name == "culprit"
    assert progress.tail(step).splitlines()[-1] == "line 99"
    assert len(progress.tail(step).splitlines()) == 40


def test_the_step_that_was_interrupted_is_the_last_that_had_begun() -> None:
    progress = Progress(None)
    progress.feed(_vertex("[a 1/3] RUN x", started=START, completed=END))
    assert progress.interrupted_step() is None
    progress.feed(_vertex("[a 2/3] RUN y", started=START))
    progress.feed(_vertex("[a 3/3] RUN z"))
    step = progress.interrupted_step()
    assert step is not None
    assert step.instruction == "RUN y"
    progress.feed(_vertex("[a 2/3] RUN y", started=START, completed=END, error="Canceled: context canceled"))
    assert progress.interrupted_step() is not None


def test_a_log_without_end_is_cut_at_its_beginning() -> None:
    progress = Progress(None)
    for number in range(40):
        progress.feed(_log("a", f"{number} " + "x" * 100_000))
    assert len(progress.log) < 1_200_000
    assert progress.log.splitlines()[-1].startswith("39 ")


@pytest.mark.parametrize(
    "line", ["{broken", "[1]", "ERROR: failed to solve", '{"logs":[{"vertex":"a","data":"?"}]}']
)
def test_other_lines_do_no_harm(line: str) -> None:
    progress = Progress(None)
    progress.feed(line + "\n")
    assert progress.steps == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Dockerfile:3\n-----\n   2 |\n   3 | >>> RUN a\n   4 | >>>   b\n", 3),
        ("Dockerfile:7\nERROR: x", 7),
        ("ERROR: dockerfile parse error on line 12: unknown instruction: RNU", 12),
        ("ERROR: something else", None),
    ],
)
def test_the_line_that_an_error_names(text: str, line: int | None) -> None:
    assert failing_line(text) == line
