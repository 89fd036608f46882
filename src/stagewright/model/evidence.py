"""What a built image tells about its needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from stagewright.model.fact import Fact, Need, Reason


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts of one original.

    `made`: path → index of the layer that gave it, for all that the user's instructions added or changed
    (a directory counts when it is new). `deleted`: paths of the base that they removed;
    `removed`: files of packages that production needs, installed and then removed by them. `reasons`: those
    of `made` that production can do without; a path without a reason stays. `packages`: distribution packages
    that production needs; `paths`: files outside any package and outside `made` that it needs.
    `provided`: those of `made` that the installation of needed packages gives as it is.
    `needed_files`: every path of the base or of a package that must be there in production.
    `recommends`: the packages come with what they recommend, as nobody looked what of it is needed.
    `waivers`: development dependencies that had to stay, with the reason.
    `variables`: those of the base's environment that code of the application's own names.
    `unshown`: what is left behind by the run-time closure alone, and would stay for a careful judge.
    """

    made: Mapping[str, int]
    deleted: frozenset[str]
    reasons: Mapping[str, Reason]
    packages: tuple[Need, ...] = ()
    paths: tuple[Need, ...] = ()
    needed_files: frozenset[str] = frozenset()
    packaged: Mapping[str, str] | None = None
    waivers: tuple[tuple[str, str], ...] = ()
    facts: tuple[Fact, ...] = ()
    removed: frozenset[str] = frozenset()
    provided: frozenset[str] = frozenset()
    recommends: bool = False
    variables: frozenset[str] = frozenset()
    unshown: Mapping[str, Reason] = field(default_factory=dict)

    def keeping(self, folders: Mapping[str, str]) -> Evidence:
        """The same where all that lies below these folders stays, each for its reason."""
        below = tuple(f"{folder}/" for folder in folders)
        kept = {path: reason for path, reason in self.reasons.items() if not path.startswith(below)}
        return replace(self, reasons=kept, waivers=(*self.waivers, *sorted(folders.items())))

    def reason_for(self, path: str) -> Reason | None:
        """Why the original's `path` may be missing in production; None: it must be there."""
        if path in self.made:
            return self.reasons.get(path)
        if path in self.needed_files:
            return None
        if reason := self.unshown.get(path):
            return reason
        owner = (self.packaged or {}).get(path)
        if owner:
            return Reason("package", f"{owner}: nothing that stays needs it")
        return Reason("base", "a part of the full base that nothing that stays needs")
