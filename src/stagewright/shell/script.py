"""What a shell text says, as data: its simple commands in source order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from stagewright.dockerfile import Span


class Redirection(NamedTuple):
    """One `[descriptor]operator target`; a here-document keeps its delimiter as the target."""

    operator: str
    target: str | None
    descriptor: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command.

    `args` have their quoting resolved; one that the text alone does not tell (it expands a variable or a
    substitution) is None. `raw` holds the words as written, the program first; it is empty for a bare
    assignment. `operator` joins the command to what stands before it: `&&`, `||`, `;`, `|`, or None.
    `depth` counts subshells, groups, loops, branches and substitutions around it. `conditional` says that
    the script can succeed without running it.
    """

    program: str | None
    args: tuple[str | None, ...]
    raw: tuple[str, ...]
    span: Span
    assignments: tuple[tuple[str, str | None], ...] = ()
    redirections: tuple[Redirection, ...] = ()
    operator: str | None = None
    depth: int = 0
    conditional: bool = False

    @property
    def name(self) -> str:
        """The program without its folder; empty where it is dynamic or absent."""
        return (self.program or "").rpartition("/")[2]

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments that are static."""
        return tuple(arg for arg in self.args if arg is not None)


class Script(NamedTuple):
    """The commands of a text; `opaque` means that it could not be read, and `reason` says why."""

    commands: tuple[Command, ...]
    opaque: bool = False
    reason: str = ""

    @classmethod
    def unread(cls, reason: str) -> Script:
        return cls((), True, reason)
