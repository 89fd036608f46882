"""What a hardening may look at, and what it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from stagewright.design import instructions
from stagewright.design.bases import image_of
from stagewright.model.design import Allowance, Design, Hardening, StagePlan, Step
from stagewright.model.image import ImageConfig
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe


class Starting(Protocol):
    """The part of an ecosystem that knows what a start command does."""

    def direct_start(self, command: tuple[str, ...], project: Project, /) -> tuple[str, ...] | None: ...


@dataclass(frozen=True, slots=True)
class HardeningContext:
    """`config` is the effective configuration of the original, or of the design without hardenings.

    `ports`, `writes` (absolute paths) and `answered` (HTTP paths with a success) were seen in a run;
    `failing`: the stages whose tests or scan fail now. `absent` is the program without which the original's
    health check never passes, and which the original lacks; "" for none.
    """

    project: Project
    config: ImageConfig = field(default_factory=ImageConfig)
    recipe: Recipe | None = None
    ecosystem: Starting | None = None
    ports: tuple[int, ...] = ()
    writes: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    failing: frozenset[str] = frozenset()
    absent: str = ""

    @property
    def port(self) -> int | None:
        """The one that a run bound, else the lowest that is declared, else the project's."""
        declared = sorted(int(text.partition("/")[0]) for text in self.config.exposed if "udp" not in text)
        known = self.recipe.port if self.recipe else None
        if known is not None and known in (self.ports or declared):
            return known
        return next(iter(sorted(self.ports) or declared), known)

    @property
    def health_path(self) -> str:
        """The project's, unless a run showed that only others answer."""
        known = self.recipe.health_path if self.recipe else "/"
        return known if known in self.answered or not self.answered else self.answered[0]


class HardeningKind(Protocol):
    """One wanted change of behaviour, a file each.

    `apply` gives the design with the change and an entry that is on; or with an entry that says what is
    needed; or the design as it is, where the change makes no sense.
    """

    name: str

    def apply(self, design: Design, context: HardeningContext) -> Design: ...


def turned_on(design: Design, name: str, explanation: str, *allows: Allowance) -> Design:
    return _with(design, Hardening(name, True, explanation, allows=allows))


def left_open(design: Design, name: str, explanation: str, needs: str) -> Design:
    return _with(design, Hardening(name, False, explanation, needs=needs))


def with_production(design: Design, production: StagePlan) -> Design:
    return replace(design, stages=(*design.stages[:-1], production))


def production_image(design: Design) -> str:
    return image_of(design.production, design.stages)


def last(design: Design, keyword: str) -> Step | None:
    """The production stage's last instruction of that name."""
    found = [step for step in design.production.steps if instructions.keyword(step) == keyword]
    return found[-1] if found else None


def _with(design: Design, hardening: Hardening) -> Design:
    others = tuple(item for item in design.hardenings if item.name != hardening.name)
    return replace(design, hardenings=(*others, hardening))
