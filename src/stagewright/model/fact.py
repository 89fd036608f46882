"""Facts: something known, with its evidence. What is unknown has no fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

# What `--bold` leaves behind.
UNSHOWN: Final = "not in the run-time closure"


@dataclass(frozen=True, slots=True)
class Fact:
    """`subject` is a path, package or name; `kind` what is said of it, `value` the thing itself."""

    subject: str
    kind: str
    value: str
    source: Literal["text", "image", "run"]
    evidence: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a path of the original may be missing in production. `kind` groups, `why` is for people."""

    kind: Literal[
        "base",
        "package",
        "development dependency",
        "cache",
        "documentation",
        "source",
        "tests",
        "version control",
        "build tool",
        "log",
        "installer state",
        "byte code",
        "build file",
        "not in the run-time closure",
    ]
    why: str


@dataclass(frozen=True, slots=True)
class Need:
    """What production needs from outside the user's own files: a package or a path, and why.

    `asked` is the package as the user's instructions name it, where they bind its version.
    """

    name: str
    why: str
    path: str = ""
    asked: str = ""
