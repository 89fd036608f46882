"""Failures of a build that are not its Dockerfile's: the same build is worth a second try."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from stagewright.engine.errors import BuildFailed, BuildTimeout

if TYPE_CHECKING:
    from stagewright.engine.build import BuildRequest

PAUSE_SECONDS = 10.0
# BuildKit cancels a step when another one fails; one that was about to end leaves a record of a result that
# is not there, and every later build trips over it.
_LOST_RESULT = re.compile(r"failed to (?:commit|stat active key)\b.*\bsnapshot \S+ does not exist")
# What the tools of a RUN print when they reach nobody.
_OFFLINE = re.compile(
    r"temporary failure (?:in name resolution|resolving)|could not resolve host|EAI_AGAIN|ETIMEDOUT|dns error"
    r"|read timed out|TLS handshake timeout|i/o timeout|connection timed out",
    re.I,
)
_STEP = re.compile(r"\[(?:[\w.-]+/\S+ )?(?P<stage>(?!stage-\d+ )\S+) +\d+/\d+\]")


def second_try(request: BuildRequest, failure: BuildFailed) -> BuildRequest | None:
    """What to build instead, after a pause where time mends it; None where the failure is the build's own."""
    if isinstance(failure, BuildTimeout):
        return None
    if _LOST_RESULT.search(failure.message):
        step = _STEP.match(failure.step)
        if step is None:
            return replace(request, no_cache=True)
        return replace(request, no_cache_filter=(*request.no_cache_filter, step["stage"]))
    if failure.step and _OFFLINE.search(failure.log):
        time.sleep(PAUSE_SECONDS)
        return request
    return None
