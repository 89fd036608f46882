"""The design: the stages to be, what stays behind, and the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from stagewright.model.fact import Fact, Reason

STAGE_NAMES = ("base", "deps", "prod-deps", "builder", "tester", "scanner", "development", "production")
Strategy = Literal["recipe", "artifact", "split", "improve"]
HARDENINGS = ("user", "health", "gate", "start", "env", "expose", "server")
# A change of what a plain build gives: no list of hardenings means it, only its own option.
LAST = "last"


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction to be: `text` without a final newline (heredocs and continuations included).

    `origins` are 1-based lines of the original's instructions; `comments` travel above it, `# ` included.
    """

    text: str
    origins: tuple[int, ...] = ()
    reason: str = ""
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StagePlan:
    """`base` is what FROM names: an image or an earlier stage; `size` in bytes where measured.

    `name` "" for a stage of the user's that is known by its number.
    `base_compressed`: the compressed bytes of an image as base, where its registry was asked and said them.
    """

    name: str
    purpose: str
    base: str
    steps: tuple[Step, ...] = ()
    platform: str = ""
    size: int | None = None
    base_compressed: int | None = None

    def with_steps(self, *steps: Step) -> StagePlan:
        return replace(self, steps=(*self.steps, *steps))


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Something of the original that production does not get. `size` in bytes where measured."""

    what: str
    why: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """Where one original instruction went. `stages` is empty where it has no place: `why` says it."""

    line: int
    text: str
    stages: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """A difference that a step or hardening declares.

    `kind`: `config` (subject = field of ImageConfig, or `env:NAME`), `added`/`changed`/`missing`/`owner`
    (subject = path; a trailing `/` means everything below), `behaviour` (subject = field of Observation, or
    `headers` for the headers of HTTP answers alone).
    """

    kind: Literal["config", "added", "changed", "missing", "owner", "behaviour"]
    subject: str
    by: str


@dataclass(frozen=True, slots=True)
class Hardening:
    """A wanted change of behaviour; `on` when the design makes it, else `needs` says what is open."""

    name: str
    on: bool
    explanation: str
    needs: str = ""
    allows: tuple[Allowance, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """One row of the final image's contents; `size` in bytes where measured."""

    path: str
    what: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A target that is useful to build, with its command."""

    name: str
    purpose: str
    command: str


@dataclass(frozen=True, slots=True)
class Design:
    """What `design` shows, `apply` writes and `prove` judges.

    `files` is what would be written: name in the context → content; the Dockerfile's own entry has
    the key `dockerfile_path`. `allows` are differences that steps explain (hardenings carry theirs).
    `naive` is the single-stage file that stands for the original of a project that has none. `header`
    (directive lines) and `global_steps` (ARG) stand before the first FROM; `newline` ends each line.
    `unshown` are the original's paths that stay behind by the run-time closure alone.
    """

    strategy: Strategy
    ecosystem: str
    stages: tuple[StagePlan, ...]
    dockerfile_path: str
    files: Mapping[str, str]
    targets: tuple[Target, ...] = ()
    left_behind: tuple[LeftBehind, ...] = ()
    moved: tuple[Moved, ...] = ()
    hardenings: tuple[Hardening, ...] = ()
    facts: tuple[Fact, ...] = ()
    contents: tuple[Content, ...] = ()
    allows: tuple[Allowance, ...] = ()
    waivers: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    naive: str | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    header: tuple[str, ...] = ()
    global_steps: tuple[Step, ...] = ()
    newline: str = "\n"
    unshown: Mapping[str, Reason] = field(default_factory=dict)

    @property
    def dockerfile(self) -> str:
        return self.files[self.dockerfile_path]

    @property
    def production(self) -> StagePlan:
        return self.stages[-1]


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a file is left as it is. `code` is stable, `reason` is for people, `hint` what would help."""

    code: str
    reason: str
    hint: str = ""
