"""What the new container shows otherwise than the original, whose own two runs say what does not count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from stagewright.evidence.caches import is_scratch
from stagewright.model.design import Allowance
from stagewright.model.proof import BehaviourDifference, ProbeResult
from stagewright.model.run import Answer, Observation
from stagewright.proof import metrics
from stagewright.proof.allowances import Allowed
from stagewright.proof.asking import KEPT_BYTES, is_silence
from stagewright.proof.likeness import alike, bare, timeless

# Half of the grace that `docker stop` gives: less is told apart on no busy machine.
STOP_SECONDS = 5.0
# What stands in a body for bytes that are no text.
_NO_TEXT = "\ufffd"
# Linux gives these to those who ask for any.
_DRAWN_PORTS = range(32768, 61000)
# They name the moment when a file was written, not what is in it.
_VALIDATORS = frozenset(("etag", "last-modified"))
# Lists whose order says nothing; frameworks write them from sets.
_SETS = frozenset(
    (
        *("allow", "vary", "cache-control"),
        *("access-control-allow-headers", "access-control-allow-methods", "access-control-expose-headers"),
    )
)
# No shorter one is drawn by lot: `mkstemp` takes six characters, Python's eight.
_LONG_WORD = re.compile(r"\w{6,}")
_CHECK = re.compile(r"\b127\.0\.0\.1\b.*\b(?:GET|HEAD) /")
# What a package manager prints around the program that it starts and stops.
_LAUNCHER = re.compile(
    r"(?:> .*|\$ .*|npm (?:error|ERR!|warn|WARN|notice|info)\b.*|yarn run v.*|Done in .*|info Visit .*"
    r"|error: script .*|error Command failed.*| ?ELIFECYCLE .*|\s*)\n?"
)


def compare(
    originals: tuple[Observation, Observation], after: Observation, allows: Sequence[Allowance]
) -> tuple[BehaviourDifference, ...]:
    """The differences; each with the hardening that declares it, or none."""
    allowed = Allowed(allows)
    first, second = originals
    found = [
        *_equal(first, second, after),
        *_output(first, second, after),
        *_ports(first, second, after),
        *_writes(first, second, after),
        *_stop(first, second, after),
        *_farewell(first, second, after),
        *_answers(first, second, after),
    ]
    return tuple(
        BehaviourDifference(subject, was, now, _declared(subject, allowed, first.stays_up))
        for subject, was, now in found
    )


def _declared(subject: str, allowed: Allowed, stays_up: bool) -> str:
    """Another server sends other headers, and yet the same status and body: `headers` allows no more.

    What a program prints that ends by itself is what it is for: no setting excuses another result.
    """
    if not stays_up and subject in ("stdout", "exit_code"):
        return ""
    if subject.startswith("launcher ") and (by := allowed.by("behaviour", subject.partition(" ")[2])):
        return by
    if " header " in subject and (by := allowed.by("behaviour", "headers")):
        return by
    if subject == "farewell":
        return allowed.by("behaviour", "farewell") or allowed.by("behaviour", "stderr")
    return allowed.by("behaviour", subject.partition(" ")[0])


def probe_results(originals: tuple[Observation, Observation], after: Observation) -> tuple[ProbeResult, ...]:
    """Each probe of the original with both sides' answers."""
    new, again = dict(after.answers), dict(originals[1].answers)
    return tuple(
        ProbeResult(
            name, was, new.get(name), not list(_answer(name, was, again.get(name, was), new.get(name)))
        )
        for name, was in originals[0].answers
    )


def silent(originals: tuple[Observation, Observation]) -> tuple[str, ...]:
    """The probes that the original answered in time in neither run: what is right there is not known."""
    again = dict(originals[1].answers)
    answers = ((name, was, again.get(name, was)) for name, was in originals[0].answers)
    return tuple(name for name, was, other in answers if is_silence(was) and is_silence(other))


_Difference = tuple[str, str, str]


def _equal(first: Observation, second: Observation, after: Observation) -> Iterator[_Difference]:
    for subject in ("came_up", "stays_up", "exit_code", "healthy", "user", "stop_exit_code"):
        was, again, now = (getattr(run, subject) for run in (first, second, after))
        if now not in (was, again):
            yield subject, _said(was), _said(now)


def _output(first: Observation, second: Observation, after: Observation) -> Iterator[_Difference]:
    for subject in ("stdout", "stderr"):
        was, again, now = (getattr(run, subject) for run in (first, second, after))
        if alike(was, again, now):
            continue
        shown = _first_difference(was, now)
        if alike(*map(_without_launcher, (was, again, now))):
            yield f"launcher {subject}", *shown
        elif alike(*map(_without_checks, (was, again, now))):
            yield f"healthy {subject}", *shown
        elif alike(*(_without_launcher(_without_checks(text)) for text in (was, again, now))):
            yield f"launcher {subject}", *shown
            yield f"healthy {subject}", *shown
        else:
            yield subject, *shown


def _without_checks(text: str) -> str:
    """Without the requests of the container's own health check, as access logs have them."""
    return "".join(line for line in text.splitlines(keepends=True) if not _CHECK.search(line))


def _without_launcher(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not _LAUNCHER.fullmatch(line))


def _first_difference(was: str, now: str) -> tuple[str, str]:
    """The first lines that are not alike, for people."""
    old, new = was.splitlines(), now.splitlines()
    for number in range(max(len(old), len(new))):
        one = old[number] if number < len(old) else "(no more output)"
        other = new[number] if number < len(new) else "(no more output)"
        if timeless(one) != timeless(other):
            return one, other
    return was, now


def _ports(first: Observation, second: Observation, after: Observation) -> Iterator[_Difference]:
    old, again, new = (set(run.ports) for run in (first, second, after))
    # A resolver waits for its answer on a port that is drawn for each question.
    new -= {port for port in new - old - again if _is_drawn(port)}
    if not old & again <= new <= old | again:
        yield "ports", ", ".join(first.ports) or "none", ", ".join(after.ports) or "none"


def _is_drawn(port: str) -> bool:
    number, _, protocol = port.partition("/")
    return protocol.startswith("udp") and int(number) in _DRAWN_PORTS


def _writes(first: Observation, second: Observation, after: Observation) -> Iterator[_Difference]:
    """Names with numbers in them, or with a word that is drawn by lot, may be made up anew in each run."""
    drawn = _drawn(first.writes, second.writes)
    old, again, new = ({_name(path, drawn) for path in run.writes} for run in (first, second, after))
    if lost := sorted((old & again) - new):
        yield "writes", ", ".join(lost[:5]), "not written"
    if gained := sorted(path for path in new - old - again if not is_scratch(path)):
        yield "writes", "not written", ", ".join(gained[:5])


def _drawn(first: Iterable[str], second: Iterable[str]) -> frozenset[str]:
    """The forms of names of which either run has one of its own, as `mkstemp` makes them."""
    known = set(map(bare, first)) & set(map(bare, second))
    one, two = (
        {form for path in paths if bare(path) not in known for form in _forms(path)}
        for paths in (first, second)
    )
    return frozenset(one & two)


def _forms(path: str) -> set[str]:
    """The path with one of its longer words left open, for each of them."""
    return {
        path[: word.start()] + "?" * len(word[0]) + path[word.end() :] for word in _LONG_WORD.finditer(path)
    }


def _name(path: str, drawn: frozenset[str]) -> str:
    return min(_forms(path) & drawn, default=bare(path))


def _stop(first: Observation, second: Observation, after: Observation) -> Iterator[_Difference]:
    times = [run.stop_seconds for run in (first, second) if run.stop_seconds is not None]
    if not times or after.stop_seconds is None:
        return
    low, high = min(times) - STOP_SECONDS, max(times) + STOP_SECONDS
    if not low <= after.stop_seconds <= high:
        yield "stop_seconds", f"{max(times):.1f}", f"{after.stop_seconds:.1f}"


def _farewell(first: Observation, second: Observation, after: Observation) -> Iterator[_Difference]:
    """What is printed on the stop signal belongs to the way of stopping, where that is another one."""
    was, again, now = first.farewell, second.farewell, after.farewell
    if alike(was, again, now):
        return
    if alike(*map(_without_launcher, (was, again, now))):
        subject = "launcher farewell"
    elif after.stop_exit_code not in (first.stop_exit_code, second.stop_exit_code):
        subject = "stop_exit_code farewell"
    else:
        subject = "farewell"
    yield subject, *_first_difference(was, now)


def _answers(first: Observation, second: Observation, after: Observation) -> Iterator[_Difference]:
    again, new = dict(second.answers), dict(after.answers)
    for name, was in first.answers:
        yield from _answer(name, was, again.get(name, was), new.get(name))


def _answer(name: str, was: Answer, again: Answer, now: Answer | None) -> Iterator[_Difference]:
    subject = f"answers {name}"
    if now is None:
        yield subject, _brief(was), "not asked"
        return
    if is_silence(was) and is_silence(again):
        return
    if now.ok not in (was.ok, again.ok) or now.status not in (was.status, again.status):
        yield subject, _brief(was), _brief(now)
        return
    if now.error not in (was.error, again.error):
        yield subject, _brief(was), _brief(now)
        return
    same_body = now.body_digest in (was.body_digest, again.body_digest)
    measured = not same_body and _is_measured_alike(was, again, now)
    varies = was.body_digest != again.body_digest and (
        alike(was.body, again.body, now.body) or _is_drawn_alike(was, again, now)
    )
    if not (same_body or measured or varies):
        yield f"{subject} body", *_first_difference(was.body, now.body)
    if measured:
        was, again, now = map(_without_length, (was, again, now))
    yield from _headers(subject, was, again, now, same_body)


def _is_drawn_alike(was: Answer, again: Answer, now: Answer) -> bool:
    """Whether they are of one length and no text, as random bytes are; the first two are known to differ."""
    lengths = [dict(answer.headers).get("content-length") for answer in (was, again, now)]
    return (
        lengths[0] is not None
        and lengths.count(lengths[0]) == len(lengths)
        and all(_NO_TEXT in answer.body for answer in (was, again, now))
    )


def _is_measured_alike(was: Answer, again: Answer, now: Answer) -> bool:
    """Whether they are pages of measurements that differ in what runtimes count of themselves."""
    bodies = [answer.body for answer in (was, again, now)]
    whole = all(metrics.is_page(body) and len(body) < KEPT_BYTES for body in bodies)
    return whole and alike(*map(metrics.without_own, bodies))


def _without_length(answer: Answer) -> Answer:
    return replace(answer, headers=tuple(pair for pair in answer.headers if pair[0] != "content-length"))


def _headers(subject: str, was: Answer, again: Answer, now: Answer, same_body: bool) -> Iterator[_Difference]:
    old, other, new = map(_by_name, (was, again, now))
    for name in sorted(old.keys() | new.keys()):
        first, second, third = (side.get(name, []) for side in (old, other, new))
        if first == third or (first != second and len(third) in (len(first), len(second))):
            continue
        if name in _SETS and first and third and _items(first) == _items(third):
            continue
        if name in _VALIDATORS and same_body and first and third:
            continue
        yield f"{subject} header {name}", ", ".join(first) or "(none)", ", ".join(third) or "(none)"


def _by_name(answer: Answer) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in answer.headers:
        found.setdefault(name, []).append(value)
    return found


def _items(values: list[str]) -> list[str]:
    return sorted(item.strip() for value in values for item in value.split(","))


def _brief(answer: Answer) -> str:
    if answer.error:
        return answer.error
    text = "as expected" if answer.ok else "not as expected"
    return text if answer.status is None else f"{answer.status}, {text}"


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
