"""The search for a design that can be proved: what a failure teaches decides what is tried next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Protocol

from stagewright.engine import BuildFailed, Step
from stagewright.model.design import Decline, Design
from stagewright.model.proof import Added, GivenUp, Proof
from stagewright.shell import is_gate
from stagewright.verbs.sides import Made

MOST_CANDIDATES = 8
# The others are left to the careful designs.
MOST_BOLD = 4
# What is given up first when a hardened design cannot be proved.
_YIELDING = ("gate", "health", "user", "start", "server", "expose", "env")


class Source(Protocol):
    """Where the designs of one project come from."""

    @property
    def careful(self) -> Source | None:
        """What bold designs give way to; None where these are careful."""

    def designs(self) -> Iterator[Design | Decline]:
        """Without hardenings, in the order in which they are tried."""

    def hardened(self, design: Design, names: Set[str], failing: Set[str] = frozenset()) -> Design:
        """One of them with the named hardenings."""

    @property
    def missed(self) -> Mapping[str, str]:
        """Paths of the original that failures showed to be lacking, and what showed it."""

    def corrected(self, why: Proof | BuildFailed) -> Source | None:
        """The same with what a failure found lacking, and without what it found too much; None: no change."""


class Fixed:
    """The part of a source whose designs no evidence made: they leave nothing behind, and learn nothing."""

    __slots__ = ()

    @property
    def careful(self) -> None:
        """They are careful themselves."""

    @property
    def missed(self) -> Mapping[str, str]:
        """They miss nothing."""
        return {}

    def corrected(self, why: Proof | BuildFailed) -> None:
        """They have nothing to correct."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a search ended. `found` is the design that is proved with what was made of it, if any."""

    proof: Proof
    found: tuple[Design, Made] | None = None


def search(
    source: Source,
    names: Set[str],
    prove: Callable[[Design], tuple[Proof, Made]],
    say: Callable[[str], None],
) -> Ended:
    """Prove designs with the hardenings of `names` until one holds, or one cannot be judged.

    `prove` may raise BuildFailed. The proof tells what was given up on the way, and why.
    """
    ahead = _Ahead(source, names)
    last = Proof("declined")
    obstacles: list[str] = []
    count = 0
    while ahead.design is not None and count < MOST_CANDIDATES:
        count += 1
        name = f"candidate {count}{' (bold)' if ahead.design.unshown else ''}"
        say(f"building and proving candidate {count}")
        try:
            proof, made = prove(ahead.design)
        except BuildFailed as error:
            obstacles.append(f"{name} cannot be built: {error}")
            ahead.failed(error)
            continue
        last = replace(
            proof,
            candidates=count,
            given_up=tuple(ahead.given_up),
            added=ahead.added,
            strategy=ahead.design.strategy,
        )
        if proof.verdict == "proved":
            return Ended(replace(last, obstacles=tuple(obstacles)), (ahead.design, made))
        if proof.verdict == "not proved" and not ahead.be_careful():
            return Ended(replace(last, files=()))
        obstacles += [f"{name}: {reason}" for reason in proof.reasons[:3]]
        if proof.verdict == "failed":
            ahead.failed(proof)
    if not count and ahead.declines:
        return Ended(declined(ahead.declines[0]))
    reasons = ("No design of it could be proved, so nothing is written.", *obstacles)
    return Ended(replace(last, verdict="declined", reasons=reasons, candidates=count, files=(), given_up=()))


def declined(decline: Decline) -> Proof:
    hints = (decline.hint,) if decline.hint else ()
    return Proof("declined", reasons=(decline.reason,), hints=hints)


class _Ahead:
    """What is to be tried next: `design`, hardened; None where nothing is left."""

    def __init__(self, source: Source, names: Set[str]) -> None:
        self._source = source
        self._names = frozenset(names)
        self._failing = frozenset[str]()
        self._failures = 0
        self.declines: list[Decline] = []
        self.given_up: list[GivenUp] = []
        self._start(source)

    def failed(self, why: Proof | BuildFailed) -> None:
        """Go on to the same with its files corrected, the same with less hardening, or the next.

        A bold one whose files are all explained gives way to the careful ones before any hardening does.
        """
        self._failures += 1
        if self._failures == MOST_BOLD and self.be_careful():
            return
        if isinstance(why, BuildFailed) and self._leave_out(Step(why.step, "").stage, why):
            return
        if corrected := self._source.corrected(why):
            self._start(corrected)
            return
        if isinstance(why, Proof) and not why.accounting.unexplained and self.be_careful():
            return
        if not any(self._give_up(name, why) for name in _YIELDING):
            self._go_on()

    @property
    def added(self) -> tuple[Added, ...]:
        paths: dict[str, list[str]] = {}
        for path, why in self._source.missed.items():
            paths.setdefault(why, []).append(path)
        return tuple(Added(why, tuple(found)) for why, found in paths.items())

    def be_careful(self) -> bool:
        """Whether the design was a bold one: then the careful ones are next."""
        careful = self._source.careful
        if careful is None:
            return False
        self._start(careful)
        return True

    def _start(self, source: Source) -> None:
        self._source, self._plain = source, source.designs()
        self._go_on()

    def _go_on(self) -> None:
        self.design = None
        for design in self._plain:
            if isinstance(design, Design):
                self._current = design
                self.design = self._source.hardened(design, self._names, self._failing)
                return
            self.declines.append(design)
        self.be_careful()

    def _leave_out(self, stage: str, why: BuildFailed) -> bool:
        """Whether the design is another one without this stage as a gate."""
        if "gate" not in self._names or self.design is None or not is_gate(stage):
            return False
        self._failing |= {stage}
        less = self._source.hardened(self._current, self._names, self._failing)
        return self._takes(less, "gate", (f"it cannot be built: {why}",))

    def _give_up(self, name: str, why: Proof | BuildFailed) -> bool:
        """Whether the design is another one without this hardening."""
        if name not in self._names or self.design is None:
            return False
        names = self._names - {name}
        less = self._source.hardened(self._current, names, self._failing)
        reasons = why.reasons if isinstance(why, Proof) else (f"it cannot be built: {why}",)
        if not self._takes(less, name, reasons):
            return False
        self._names = names
        return True

    def _takes(self, less: Design, name: str, reasons: tuple[str, ...]) -> bool:
        if self.design is None or less.files == self.design.files:
            return False
        self.design = less
        self.given_up.append(GivenUp(name, reasons))
        return True
