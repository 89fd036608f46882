"""From what was found to the verdict and its reasons, the gravest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stagewright.model.proof import (
    Accounting,
    BehaviourDifference,
    ConfigDifference,
    Unexplained,
    Verdict,
)
from stagewright.model.run import Observation, Probe

SHOWN = 12
BRING = (
    "Bring what it needs: --compose FILE SERVICE, --env NAME=VALUE, --env-file FILE; or say how to watch "
    "it: --probe http:PORT/PATH=200, tcp:PORT, exec:COMMAND, log~REGEX."
)
INSTALL = (
    "A proof has no network: install the packages in a RUN, when the image is built; or say how to watch "
    "what comes up without them: --probe http:PORT/PATH=200, exec:COMMAND."
)
SERVICES = (
    "What the service depends on must come up by itself: without bind mounts, published ports and a way out."
)
ROOM = "The program needs more memory or time than the proof gives both sides."
BASES = (
    "An image alone does not tell what its base is: give the Dockerfiles, --before FILE --after FILE, "
    "so that files of a base can be told from those that its instructions made."
)
# What a program says when something that it needs is not in reach: there is no way out of these containers.
_LACKING = re.compile(
    r"ECONNREFUSED|ENOTFOUND|EAI_AGAIN|getaddrinfo|connection refused|could not connect"
    r"|could not translate host name|name or service not known|temporary failure in name resolution"
    r"|no such host|network is unreachable",
    re.I,
)
# What stands below the message of an error in Node.js and npm.
_TRACE = re.compile(r"Node\.js v\d|at |npm (?:error|ERR!)|[}\])\^]+,?$")


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that the verdict weighs. `broken` leads nowhere in the new image alone.

    `bases_known`: it can be told what the instructions made and what the base had already.
    """

    accounting: Accounting
    configuration: Sequence[ConfigDifference]
    broken: Sequence[Unexplained]
    behaviour: Sequence[BehaviourDifference]
    originals: tuple[Observation, Observation]
    after: Observation
    given: Sequence[Probe] = ()
    bases_known: bool = True


def decide(found: Found) -> tuple[Verdict, tuple[str, ...], tuple[str, ...]]:
    """The verdict, its reasons, and hints what would help."""
    unclear, hints = _unclear(found.originals, found.given, found.after)
    wrong = _configuration(found)
    if not unclear:
        wrong += _behaviour(found)
    files = [*_files(found), *_broken(found)]
    if found.bases_known:
        wrong = files + wrong
    elif files:
        unclear += files
        hints.append(BASES)
    if wrong:
        return "failed", (*wrong, *unclear), tuple(hints)
    if unclear:
        return "not proved", tuple(unclear), tuple(hints)
    return "proved", (), ()


def _files(found: Found) -> list[str]:
    unexplained = found.accounting.unexplained
    lines = [_unexplained(item) for item in unexplained[:SHOWN]]
    if len(unexplained) > SHOWN:
        lines.append(f"{len(unexplained) - SHOWN} more paths have no explanation")
    return lines


def _broken(found: Found) -> list[str]:
    return [f"{item.path}: its {item.what} {item.detail} is not there" for item in found.broken[:SHOWN]]


def _unexplained(item: Unexplained) -> str:
    if item.what == "missing":
        return f"{item.path} is missing, and nothing shows that it is not needed ({item.detail})"
    if item.what == "returned":
        return f"{item.path} is there again: {item.detail}"
    if item.what == "added":
        return f"{item.path} is new, and nothing explains it: {item.detail}"
    return f"{item.path}: its {item.what} differs from the original's: {item.detail}"


def _configuration(found: Found) -> list[str]:
    return [
        f"configuration, {item.subject.replace(':', ' ')}: "
        f"{_short(item.before) or 'not set'} → {_short(item.after) or 'not set'}"
        for item in found.configuration
        if not item.hardening
    ]


def _behaviour(found: Found) -> list[str]:
    lines = [
        f"behaviour, {item.subject.replace('_', ' ')}: {_short(item.before)} → {_short(item.after)}"
        for item in found.behaviour
        if not item.hardening
    ]
    declared = {item.subject for item in found.behaviour if item.hardening}
    new = dict(found.after.answers)
    for name, was in found.originals[0].answers:
        # A hardening may change what is answered, not that it is answered.
        if was.ok and not (name in new and new[name].ok) and f"answers {name}" in declared:
            lines.append(f"probe {name}: the original answers it, the new image does not")
    if found.after.healthy is False:
        lines.append("the new image's health check fails")
    return lines


def unseen(
    originals: tuple[Observation, Observation], given: Sequence[Probe]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why two runs of the original are nothing to compare another image with, and what would help."""
    reasons, hints = _unclear(originals, given, None)
    return tuple(reasons), tuple(hints)


def _unclear(
    originals: tuple[Observation, Observation], given: Sequence[Probe], after: Observation | None
) -> tuple[list[str], list[str]]:
    """`after`: the run of the new image; None where there is none yet."""
    first, second = originals
    new = (after,) if after else ()
    reasons: list[str] = []
    hints: list[str] = []
    if obstacle := next((run.obstacle for run in (*originals, *new) if run.obstacle), ""):
        return [f"it could not be seen with what it depends on: {obstacle}"], [SERVICES]
    for name, runs in (("the original", originals), ("the new image", new)):
        if any(run.out_of_memory for run in runs):
            reasons.append(f"{name} used up its memory")
            hints.append(ROOM)
        elif any(run.out_of_time for run in runs):
            reasons.append(f"{name} did not come to rest within its time")
            hints.append(ROOM)
    if reasons:
        return reasons, hints
    if not (first.came_up and second.came_up) and not _is_seen_by(originals, given, "exec"):
        return [f"the original never came up: {_end(first if not first.came_up else second)}"], [BRING]
    lacking = lacks(first) or lacks(second)
    if lacking and (after is None or after.came_up) and not _is_seen_by(originals, given, "exec", "http"):
        hint = INSTALL if any(run.installing for run in originals) else BRING
        return [f"the original could not be seen at work: {lacking}"], [hint]
    answered = given or any(answer.ok for _, answer in first.answers)
    if first.stays_up and not (first.ports or first.stdout or first.stderr or answered):
        return ["the original stays up, but nothing of what it does can be seen"], [BRING]
    answers = dict(first.answers)
    for probe in given:
        answer = answers.get(str(probe))
        if answer is None or not answer.ok:
            reasons.append(f"probe {probe}: the original itself does not answer as expected{_why(answer)}")
    asked = [answer for name, answer in first.answers if name.startswith(("http:", "tcp:"))]
    if asked and not any(answer.ok for answer in asked):
        reasons.append(f"the original answers no probe as a working program does{_why(asked[0])}")
    return reasons, [BRING] if reasons else []


def _is_seen_by(originals: tuple[Observation, Observation], given: Sequence[Probe], *kinds: str) -> bool:
    """Whether both runs answered the probes of these kinds that were given: at work, whatever they say."""
    names = [str(probe) for probe in given if probe.kind in kinds]
    runs = [dict(run.answers) for run in originals]
    return bool(names) and all(name in run and run[name].ok for name in names for run in runs)


def _why(answer: object) -> str:
    error, status = getattr(answer, "error", ""), getattr(answer, "status", None)
    detail = error or (f"status {status}" if status is not None else "")
    return f" ({detail})" if detail else ""


def lacks(run: Observation) -> str:
    """What a run says, or shows, of something that it did not reach; "" where it says nothing of it."""
    if run.installing:
        return f"it installs packages when it starts ({_short(run.installing)})"
    lines = (run.stdout + "\n" + run.stderr).splitlines()
    return next((_short(line.strip()) for line in lines if _LACKING.search(line)), "")


def _end(run: Observation) -> str:
    lines = [line.strip() for line in (run.stderr or run.stdout).splitlines() if line.strip()]
    telling = [line for line in lines if not _TRACE.match(line)] or lines
    if telling and telling[-1] != lines[-1]:
        telling = [line for line in telling if "Error" in line] or telling
    last = f": {_short(telling[-1])}" if telling else ""
    return f"it ended with exit code {run.exit_code}{last}" if run.exit_code is not None else last[2:]


def _short(text: str) -> str:
    return text if len(text) <= 160 else text[:157] + "…"
