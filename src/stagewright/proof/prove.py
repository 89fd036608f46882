"""The proof of one pair of images: account for every file, compare the configuration, run both."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

from stagewright.engine import BuiltImage, Engine
from stagewright.evidence.changes import changes_of
from stagewright.evidence.installed import read_packages
from stagewright.evidence.sizes import compressed_size, measure
from stagewright.evidence.tree import ImageTree
from stagewright.model.design import Allowance, Hardening
from stagewright.model.image import ImageConfig, is_root
from stagewright.model.project import Project
from stagewright.model.proof import Accounting, Proof, Scope, Side
from stagewright.model.request import Watching
from stagewright.model.run import Observation
from stagewright.proof import compare, configuration, observe, rules, unshown
from stagewright.proof.accounting import Ledger, ReasonFor, account
from stagewright.proof.asking import HTTP2
from stagewright.proof.looking import look
from stagewright.proof.noise import noise
from stagewright.proof.resolving import newly_broken
from stagewright.proof.verdict import Found, decide, lacks

_OWN_VERSION = re.compile(r"[A-Z0-9]+_VERSION")


@dataclass(frozen=True, slots=True)
class Subject:
    """One side. `base` holds the files of the image that its FROM names (None: scratch, or not known).

    `build` is the build that made it, `rebuilt` a build after one source file was edited, where there was
    one. `base_name` is what FROM of the final stage names.
    """

    tree: ImageTree
    base: ImageTree | None
    ref: str
    build: BuiltImage | None = None
    rebuilt: BuiltImage | None = None
    base_name: str = ""

    @property
    def base_known(self) -> bool:
        return self.base is not None or self.base_name == "scratch"


def judge(
    engine: Engine,
    before: Subject,
    after: Subject,
    *,
    reason_for: ReasonFor,
    allows: Sequence[Allowance],
    hardenings: Sequence[Hardening],
    watching: Watching,
    project: Project | None,
    observed_before: Sequence[Observation] = (),
    build_again: Callable[[], ImageTree] | None = None,
    waivers: Sequence[tuple[str, str]] = (),
    gated: bool | None = None,
    variables: Set[str] = frozenset(),
) -> Proof:
    """The proof.

    `build_again` makes a second cold build of the original; it is asked for when a content differs.
    `observed_before` are runs of the original that were seen already; what lacks of two is made up.
    `variables` of the original's base are those that the application reads.
    """
    declared = (*allows, *(allow for item in hardenings if item.on for allow in item.allows))
    accounting = _account(
        before, after, reason_for, declared, build_again, users(after.tree.config, watching, project)
    )
    config = configuration.compare(
        before.tree.config,
        after.tree.config,
        before_base=_config(before.base),
        after_base=_config(after.base),
        is_dir=lambda path: (
            (at := after.tree.resolve(path)) is not None
            and (at == "/" or after.tree.entries[at].type == "dir")
        ),
        allows=declared,
        read=variables,
    )
    broken = newly_broken(before.tree, after.tree, after.base, project.consumers if project else ())
    originals = _originals(engine, before, watching, project, observed_before)
    probes = observe.asked(originals[0], watching.probes)
    looked = look(
        originals,
        declared,
        lambda: observe.observe(engine, after.ref, probes, watching, after.tree.config),
        again=not (accounting.unexplained or broken or any(not item.hardening for item in config)),
    )
    seen, behaviour = looked.seen, looked.behaviour
    silent = compare.silent(originals)
    left = unshown.left_behind(before.tree, after.tree, reason_for)
    verdict, reasons, hints = decide(
        Found(
            accounting,
            config,
            broken,
            behaviour,
            originals,
            seen,
            watching.probes,
            bases_known=before.base_known and after.base_known,
        )
    )
    checked = rules.check(
        rules.Built(
            before.tree,
            after.tree,
            after.base,
            after.base_name,
            reason_for,
            broken=broken,
            healthy=None if _checks_itself(watching) else seen.healthy,
            rebuilt=after.rebuilt.steps if after.rebuilt else None,
            gated=gated,
            waivers=waivers,
        )
    )
    return Proof(
        verdict=verdict,
        reasons=reasons,
        hints=hints,
        scope=Scope(
            platform=f"{after.tree.config.os}/{after.tree.config.architecture}",
            not_seen=(
                *unshown.not_seen(left),
                *_not_seen(originals[0], before.tree.config, accounting),
                *watching.composition.not_seen,
                *(f"what is answered to {name}: the original did not in time" for name in silent),
                *([f"why one run of three showed another {looked.once}"] if looked.once else ()),
            ),
        ),
        before=_side(engine, before, originals[0], watching),
        after=_side(engine, after, seen, watching),
        accounting=accounting,
        broken=broken,
        configuration=config,
        behaviour=behaviour,
        rules=checked,
        probes=compare.probe_results(originals, seen),
        output=_output(seen) if behaviour else "",
    )


def _output(seen: Observation) -> str:
    answers = (part for _, answer in seen.answers for part in (answer.error, answer.body) if part)
    return "\n".join((seen.stdout, seen.stderr, seen.farewell, *answers))


def _checks_itself(watching: Watching) -> bool:
    """Whether the service's health check ran in the place of the image's."""
    check = watching.composition.service.healthcheck
    return check is not None and bool(check.test)


def users(config: ImageConfig, watching: Watching, project: Project | None) -> Set[str]:
    """As whom the image is started: by itself, as the service that is observed, and by its consumers."""
    others = [
        watching.composition.service.user,
        *(one.user for one in (project.consumers if project else ())),
    ]
    return {config.user, *(user for user in others if user is not None)}


def _account(
    before: Subject,
    after: Subject,
    reason_for: ReasonFor,
    declared: Sequence[Allowance],
    build_again: Callable[[], ImageTree] | None,
    started_as: Set[str],
) -> Accounting:
    packages, packages_before = (
        read_packages(side.tree.files, side.tree.read_many) for side in (after, before)
    )
    ledger = Ledger(
        before.tree,
        after.tree,
        before.base,
        after.base,
        reason_for,
        packages=packages,
        packages_before=packages_before,
        installing=changes_of(after.tree, after.base, packages.manager).only_installing,
        installing_before=changes_of(before.tree, before.base, packages_before.manager).installing,
        same_release=same_release(before.base, after.base),
        another_server=any(item.by == "server" for item in declared),
        as_root=all(map(is_root, started_as)),
        allows=declared,
    )
    accounting = account(ledger)
    changed = [item.path for item in accounting.unexplained if item.what == "content"]
    if build_again is None or not changed:
        return accounting
    return account(replace(ledger, noise=noise(changed, before.tree, build_again(), after.tree)))


def same_release(before: ImageTree | None, after: ImageTree | None) -> bool:
    """Whether two bases are of one system and release, with tool chains of one version."""
    if before is None or after is None:
        return before is after
    if before.config.architecture != after.config.architecture or _system(before) != _system(after):
        return False
    old, new = dict(before.config.env), dict(after.config.env)
    shared = (name for name in old.keys() & new.keys() if _OWN_VERSION.fullmatch(name))
    return all(old[name] == new[name] for name in shared)


def _system(tree: ImageTree) -> tuple[str, str]:
    text = (tree.read_many(["/etc/os-release"]).get("/etc/os-release") or b"").decode("utf-8", "replace")
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return fields.get("ID", "").strip('"'), fields.get("VERSION_ID", "").strip('"')


def _config(base: ImageTree | None) -> ImageConfig | None:
    return base.config if base else None


def _originals(
    engine: Engine,
    before: Subject,
    watching: Watching,
    project: Project | None,
    observed: Sequence[Observation],
) -> tuple[Observation, Observation]:
    config = before.tree.config
    first = observed[0] if observed else observe.observe_first(engine, before.ref, project, watching, config)
    if len(observed) > 1:
        return first, observed[1]
    probes = observe.asked(first, watching.probes)
    return first, observe.observe(engine, before.ref, probes, watching, config)


def _side(engine: Engine, side: Subject, seen: Observation, watching: Watching) -> Side:
    sizes = measure(side.tree.layers, side.base.layers if side.base else ())
    return Side(
        size=sizes.total,
        size_compressed=compressed_size(engine, side.ref) if watching.measure else None,
        size_above_base=sizes.above_base,
        build_seconds=_cold_seconds(side.build),
        rebuild_seconds=round(side.rebuilt.seconds, 1) if side.rebuilt else None,
        healthy=seen.healthy,
        user=seen.user or side.tree.config.user or "root",
    )


def _cold_seconds(build: BuiltImage | None) -> float | None:
    """A build that the cache answered in part says nothing of how long a cold one takes."""
    ran = (
        [step for step in build.steps if step.instruction.startswith(("RUN", "COPY", "ADD"))] if build else []
    )
    return round(build.seconds, 1) if build and ran and not any(step.cached for step in ran) else None


def _not_seen(seen: Observation, config: ImageConfig, accounting: Accounting) -> tuple[str, ...]:
    notes = ["what the program does beyond its start, the probes and its stop"]
    local = [port for port in seen.ports if port.endswith("@local")]
    udp = [port for port in seen.ports if "udp" in port]
    if local or udp:
        notes.append(f"ports that were not asked: {', '.join(sorted({*local, *udp}))}")
    if any(answer.body.startswith(HTTP2) for _, answer in seen.answers):
        notes.append("what a server that speaks HTTP/2 alone, as gRPC's do, answers to its methods")
    if lacking := lacks(seen):
        notes.append(f"what the program does with what it did not reach: {lacking}")
    if config.volumes:
        notes.append(f"what is written into volumes: {', '.join(config.volumes)}")
    if accounting.masked:
        notes.append(f"{len(accounting.masked)} files that differ in each build of the original")
    return tuple(notes)
