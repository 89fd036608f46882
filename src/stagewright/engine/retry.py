"""Failures of a build that are not its Dockerfile's: the same build is worth a second try."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from stagewright.engine.errors import BuildFailed, BuildTimeout

if TYPE_CHECKING:
    from stagewright.engine.build import BuildRequest

PAUSES_SECONDS = (10.0, 30.0)
# BuildKit cancels a step when another one fails; one that was about to end leaves a record of a result that
# is not there, and every later build trips over it.
_LOST_RESULT = re.compile(r"failed to (?:commit|stat active key)\b.*\bsnapshot \S+ does not exist")
# Two builds of one image at a time: what one of them lets go, the other one is about to export.
_LOST_EXPORT = re.compile(r"content digest sha256:\w+: not found|lease \S+: not found")
# What the tools of a RUN print when they reach nobody, or when what they fetch breaks off.
_OFFLINE = re.compile(
    r"temporary failure (?:in name resolution|resolving)|could not resolve host|EAI_AGAIN|dns error"
    r"|ETIMEDOUT|ESOCKETTIMEDOUT|ERR_SOCKET_TIMEOUT|read timed out|TLS handshake timeout|i/o timeout"
    r"|connection timed out|ECONNRESET|connection reset|unexpected EOF|IncompleteRead"
    r"|error (?:sending request|decoding response body)"
    r"|\b50[234] +(?:Bad Gateway|Service Unavailable|Gateway Time|Server Error)"
    # apt goes on after a warning, and pip after a few tries: what fails then is that a package is not there.
    r"|^[EW]: Failed to fetch|after connection broken by"
    # Bun's own words; a tarball that is cut short fails its extraction or its check.
    r"|(?:Connection\w+|FailedToOpenSocket|Timeout) downloading (?:tarball|package manifest)"
    r"|Fail extracting tarball|Integrity check failed for tarball",
    re.I | re.M,
)
_STEP = re.compile(r"\[(?:[\w.-]+/\S+ )?(?P<stage>(?!stage-\d+ )\S+) +\d+/\d+\]")


def next_try(request: BuildRequest, failure: BuildFailed, pause: float) -> BuildRequest | None:
    """What to build instead, after a pause where time mends it; None where the failure is the build's own.

    `pause` in seconds.
    """
    if isinstance(failure, BuildTimeout):
        return None
    if _LOST_RESULT.search(failure.message):
        step = _STEP.match(failure.step)
        if step is None:
            return replace(request, no_cache=True)
        return replace(request, no_cache_filter=(*request.no_cache_filter, step["stage"]))
    if _LOST_EXPORT.search(failure.message):
        return request
    if failure.step and _OFFLINE.search(failure.log):
        time.sleep(pause)
        return request
    return None
