"""What can go wrong with an engine.

EnvironmentLacks
├── EngineMissing      no engine answers, or buildx is not there
└── EngineDiskFull     the engine ran out of space
TransientFault
└── RegistryFault      a base could not be fetched for a passing reason
StagewrightError
├── EngineRefused      the engine answered a request with an error
└── BuildFailed        a build came to an end without an image
    └── BuildTimeout
"""

from __future__ import annotations

from typing import ClassVar

from stagewright.errors import FINDINGS, EnvironmentLacks, StagewrightError, TransientFault


class EngineMissing(EnvironmentLacks):
    """No Docker engine answers, or the client's build plug-in is not installed."""


class EngineSilent(EngineMissing):
    """The engine took a request and gave no answer in time."""


class EngineDiskFull(EnvironmentLacks):
    """The engine has no space left."""


class RegistryFault(TransientFault):
    """A base image or a frontend could not be fetched for a reason that may pass."""


class EngineRefused(StagewrightError):
    """The engine answered `status` (HTTP) to a request."""

    exit_code: ClassVar[int] = FINDINGS

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"the engine answered {status}: {message}")
        self.status = status


class BuildFailed(StagewrightError):
    """A build failed.

    step: name of the step that failed, as BuildKit shows it (`[builder 3/7] RUN npm ci`), or "".
    instruction: the instruction of that step (`RUN npm ci`), or "".
    line: its line in the Dockerfile, counted from 1, or None where BuildKit names none.
    log: the last lines that the step printed; where it printed none, the builder's own error.
    """

    exit_code: ClassVar[int] = FINDINGS

    def __init__(self, message: str, *, step: str = "", line: int | None = None, log: str = "") -> None:
        super().__init__(message, "the last lines of its log:\n" + log if log else "")
        self.step = step
        self.instruction = step.partition("] ")[2] if step.startswith("[") else step
        self.line = line
        self.log = log


class BuildTimeout(BuildFailed):
    """A build took longer than its time limit and was stopped."""
