"""The five critical rules on a built image, and the five beyond them. They do not decide the verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from stagewright.engine import Step
from stagewright.evidence.build_tools import TOOLS
from stagewright.evidence.caches import reason_by_place
from stagewright.evidence.tree import ImageTree
from stagewright.images import slim_variant
from stagewright.model.fact import Reason
from stagewright.model.image import is_root
from stagewright.model.proof import Outcome, RuleResult, Unexplained
from stagewright.proof.installer_state import is_note
from stagewright.proof.resolving import broken
from stagewright.proof.secrets import secrets
from stagewright.shell import parse_shell, recognise

ReasonFor = Callable[[str], Reason | None]
STAGES, SLIM, PRUNED = "separate stages", "slim final", "pruned dependencies"
SOURCE, CACHE = "no source", "layer cache"
_NO_SOURCE = ("source", "tests", "version control", "build file")
_SHOWN = 5
# An empty layer is not empty, and an account has its lines: what a hardening makes where nothing is saved.
_MARKS = 64 << 10


@dataclass(frozen=True, slots=True)
class Built:
    """What the rules look at. `base` is what FROM of production names, "" where it is not known.

    `reason_for` tells what of the original may be missing. `rebuilt` are the steps of a build after one
    source file was edited, None where there was none. `gated`: a failing test blocks production; None where
    it is not known. `healthy` and `waivers` (development dependency, or a folder of them → why it stays) as
    the runs and the evidence say; `broken` is what leads nowhere in the new image alone.
    """

    before: ImageTree
    after: ImageTree
    after_base: ImageTree | None
    base: str
    reason_for: ReasonFor
    broken: Sequence[Unexplained] = ()
    healthy: bool | None = None
    rebuilt: Sequence[Step] | None = None
    gated: bool | None = None
    waivers: Sequence[tuple[str, str]] = ()

    @property
    def first_layer(self) -> int:
        return len(self.after_base.layers) if self.after_base else 0

    def above_base(self) -> Iterator[str]:
        entries = self.after.entries.values()
        return (entry.path for entry in entries if entry.type != "dir" and entry.layer >= self.first_layer)


def check(built: Built) -> tuple[RuleResult, ...]:
    """Each rule with its outcome and what shows it, in the order of their weight."""
    rules = (
        (STAGES, _stages),
        (SLIM, _slim),
        (PRUNED, _pruned),
        (SOURCE, _source),
        (CACHE, _cache),
        ("not root", _not_root),
        ("healthy", _healthy),
        ("everything resolves", _resolves),
        ("no secrets", _secrets),
        ("gate", _gate),
    )
    return tuple(RuleResult(name, *judge(built)) for name, judge in rules)


Judged = tuple[Outcome, str]


def _stages(built: Built) -> Judged:
    found = [path for path in built.above_base() if TOOLS.fullmatch(path) or _is_cache(built, path)]
    return _unneeded(found, built, "no compiler, header, build tool or cache above the base")


def _is_cache(built: Built, path: str) -> bool:
    by = built.after.layers[built.after.entries[path].layer].created_by
    reason = reason_by_place(path, "file", programs=frozenset(), by=by, named=frozenset())
    return reason is not None and reason.kind == "cache" and not is_note(path)


def _slim(built: Built) -> Judged:
    before, after = (sum(layer.size for layer in side.layers) for side in (built.before, built.after))
    if after > before + _MARKS:
        return "failed", f"{after} bytes, more than the original's {before}"
    smaller = slim_variant(built.base) if built.base else None
    if smaller:
        return "failed", f"{built.base} has a smaller sibling: {smaller}"
    if after > before:
        return "waived", f"{after - before} bytes more than the original: what layers and accounts take"
    return "passed", f"{after} bytes on {built.base or 'its base'}, the original has {before}"


def _pruned(built: Built) -> Judged:
    waived = tuple(f"{name}/" for name, _ in built.waivers if name.startswith("/"))
    found = [path for path in _with_reason(built, ("development dependency",)) if not path.startswith(waived)]
    if found:
        return "failed", _list("installed for development only", found)
    if built.waivers:
        return "waived", "; ".join(f"{name}: {why}" for name, why in built.waivers)
    return "passed", "nothing that is known to be for development only"


def _source(built: Built) -> Judged:
    found = _with_reason(built, _NO_SOURCE)
    if found:
        return "failed", _list("production does not read", found)
    return "passed", "nothing of the context that production is known not to read"


def _cache(built: Built) -> Judged:
    if built.rebuilt is None:
        return "not measured", "no build after an edit of one source file"
    installing = installing_steps(built.rebuilt)
    again = [step.instruction for step in installing if not step.cached]
    if again:
        return "failed", _list("run again after an edit of one source file", again)
    return (
        "passed",
        f"{len(installing)} installing steps came from the cache after an edit of one source file",
    )


def installing_steps(steps: Sequence[Step]) -> list[Step]:
    """Those that install packages, of a distribution or of a language."""
    return [step for step in steps if _installs(step.instruction)]


def _installs(instruction: str) -> bool:
    keyword, _, text = instruction.partition(" ")
    if keyword.upper() != "RUN":
        return False
    text = re.sub(r"^(?:--\S+\s+)+", "", text)
    return any(
        action.kind == "install" for command in parse_shell(text).commands for action in recognise(command)
    )


def _not_root(built: Built) -> Judged:
    user = built.after.config.user
    if is_root(user):
        return "failed", "runs as root"
    return "passed", f"runs as {user}"


def _healthy(built: Built) -> Judged:
    if built.after.config.healthcheck is None:
        return "not measured", "the image has no HEALTHCHECK"
    if built.healthy is None:
        return "not measured", "the image's health check was not run, or gave no answer in time"
    return ("passed", "the health check passes") if built.healthy else ("failed", "the health check fails")


def _resolves(built: Built) -> Judged:
    if built.broken:
        return "failed", _list("lead nowhere", [f"{one.path} → {one.detail}" for one in built.broken])
    left = [f"{path} → {name}" for (path, _), names in broken(built.after).items() for name in sorted(names)]
    if left:
        return "waived", _list("lead nowhere, as in the original or in the base", left)
    return "passed", "every library, first line, link and start command resolves"


def _secrets(built: Built) -> Judged:
    found = secrets(built.after, built.first_layer)
    return ("failed", _list("look like secrets", found)) if found else ("passed", "none found above the base")


def _gate(built: Built) -> Judged:
    if built.gated is None:
        return "not measured", "no stage that tests or scans is known"
    if built.gated:
        return "passed", "production depends on the stage that tests or scans"
    return "failed", "production is built whether or not the tests pass"


def _with_reason(built: Built, kinds: Collection[str]) -> list[str]:
    return [
        path
        for path in built.above_base()
        if path in built.before.entries and (reason := built.reason_for(path)) and reason.kind in kinds
    ]


def _unneeded(found: Iterable[str], built: Built, passed: str) -> Judged:
    paths = list(found)
    needless = [path for path in paths if path not in built.before.entries or built.reason_for(path)]
    if needless:
        return "failed", _list("not needed at run time", needless)
    if paths:
        return "waived", _list("nothing tells that production can do without", paths)
    return "passed", passed


def _list(what: str, items: Sequence[str]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return f"{what}: {', '.join(items[:_SHOWN])}{more}"
