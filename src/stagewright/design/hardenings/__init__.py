"""Wanted changes of behaviour, each by name, in the order in which they are made."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from typing import Literal

from stagewright.design.hardenings.context import HardeningContext, HardeningKind
from stagewright.design.hardenings.env import Env
from stagewright.design.hardenings.expose import Expose
from stagewright.design.hardenings.gate import Gate
from stagewright.design.hardenings.health import Health
from stagewright.design.hardenings.server import Server
from stagewright.design.hardenings.start import Start
from stagewright.design.hardenings.user import User
from stagewright.design.render import rendered
from stagewright.model.design import Design, Hardening

__all__ = ["REGISTRY", "HardeningContext", "HardeningKind", "harden"]

# `server` puts another program into production, so what follows looks at that one.
REGISTRY: tuple[HardeningKind, ...] = (Server(), Start(), Env(), Expose(), User(), Health(), Gate())


def harden(design: Design, names: Set[str] | Literal["all"], context: HardeningContext) -> Design:
    """The design with the named changes; every other one that makes sense is listed as open."""
    for kind in REGISTRY:
        if _entry(design, kind.name, on=True):
            continue
        changed = kind.apply(_without(design, kind.name), context)
        made = _entry(changed, kind.name, on=True)
        if made and names != "all" and kind.name not in names:
            offer = Hardening(kind.name, False, made.explanation, needs=f"--harden {kind.name}")
            others = _without(design, kind.name)
            design = replace(others, hardenings=(*others.hardenings, offer))
        else:
            design = changed
    return rendered(design)


def _entry(design: Design, name: str, *, on: bool) -> Hardening | None:
    return next((item for item in design.hardenings if item.name == name and item.on is on), None)


def _without(design: Design, name: str) -> Design:
    return replace(design, hardenings=tuple(item for item in design.hardenings if item.name != name))
