"""Every error that a user can meet: a message, a hint that tells a way out, and an exit code.

StagewrightError
├── UsageError            2  bad input or usage
│   └── DockerfileSyntaxError, DockerfileTooLong (stagewright.dockerfile)
├── EnvironmentLacks      3  no engine, no disk
├── TransientFault       75  a passing fault of the network or a registry
└── Interrupted         130
"""

from __future__ import annotations

from typing import ClassVar

PROVED, FINDINGS, USAGE, ENVIRONMENT, TRANSIENT, INTERRUPTED = 0, 1, 2, 3, 75, 130


class StagewrightError(Exception):
    """Base of all; `str()` is the message, without the hint."""

    exit_code: ClassVar[int] = USAGE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(StagewrightError):
    """The input or the command line is wrong."""


class EnvironmentLacks(StagewrightError):
    """Something outside is missing: an engine that answers, space on the disk."""

    exit_code = ENVIRONMENT


class TransientFault(StagewrightError):
    """The network or a registry failed in a way that may pass."""

    exit_code = TRANSIENT


class Interrupted(StagewrightError):
    """The user stopped the work."""

    exit_code = INTERRUPTED
