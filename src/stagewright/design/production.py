"""The production stage of a restaged image: what is copied, made and said again, on a smaller base."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stagewright.design import instructions
from stagewright.design.copies import Copy, CopyPlan
from stagewright.design.written import describing, step_of
from stagewright.dockerfile import Dockerfile, Stage
from stagewright.model.design import Step
from stagewright.model.evidence import Evidence
from stagewright.model.fact import Need
from stagewright.model.image import Entry, ImageConfig, Manager

_AND = " \\\n    && "
_MULTIARCH = re.compile(r"/(?:usr/)?lib/[a-z0-9_]+-linux-(?:gnu|musl)[a-z0-9]*/")
# What a tool chain's image notes about itself.
_OWN = re.compile(
    r"(?:[A-Z0-9_]+_(?:VERSION|RELEASE|SHA256|SHA512|COMMIT)|GPG_KEYS?|GOPATH|GOTOOLCHAIN|CARGO_HOME|RUSTUP_HOME"
    r"|PYTHON_GET_PIP_URL|PYTHON_PIP_VERSION|BUN_RUNTIME_TRANSPILER_CACHE_PATH|BUN_INSTALL_BIN|PATH)"
)
# What the loader finds by its cache alone.
_LOADED = re.compile(
    r"/usr/local/lib/(?:[a-z0-9_]+-linux-[a-z]+/)?[^/]+\.so(?:\.[\d.]+)?|/etc/ld\.so\.conf\.d/[^/]+\.conf"
)
_CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
_INSTALLERS = ("/var/lib/apt/", "/var/cache/", "/var/lib/dpkg/", "/var/log/", "/tmp/", "/etc/ld.so.cache")  # noqa: S108


@dataclass(frozen=True, slots=True)
class Target:
    """The base of production: its name, what it starts with, its distribution packages and their manager.

    `paths` are those that the original has in the same form or not at all, `others` those that differ.
    """

    name: str
    config: ImageConfig
    paths: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    has_shell: bool = True
    manager: Manager = "dpkg"


def missing_packages(evidence: Evidence, target: Target) -> tuple[Need, ...]:
    """What is to be installed, in order. Certificates may be there without their package.

    On a base that can install packages they must then be those of the original.
    """
    have = {*target.packages}
    if _CA_BUNDLE in target.paths or (_CA_BUNDLE in target.others and not target.has_shell):
        have.add("ca-certificates")
    return tuple(
        sorted((need for need in evidence.packages if need.name not in have), key=lambda one: one.name)
    )


def files_and_packages(evidence: Evidence, target: Target, plan: CopyPlan) -> tuple[Step, ...]:
    """All that puts files into production, packages first: they change least."""
    steps = []
    if packages := missing_packages(evidence, target):
        reason = "; ".join(f"{need.name}: {need.why}" for need in packages)
        steps.append(Step(_installation(packages, target, recommends=evidence.recommends), reason=reason))
    commands = _deletions(evidence, target, plan) + _folders(plan.folders)
    if commands:
        steps.append(Step(instructions.run(_AND.join(commands))))
    steps += [_copy(copy) for copy in plan.copies]
    if plan.links:
        links = [f"mkdir -p {shlex.quote(folder)}" for folder in _bare_folders(plan, target)]
        links += [f"ln -sfn {shlex.quote(one.link)} {shlex.quote(one.path)}" for one in plan.links]
        steps.append(Step(instructions.run(_AND.join(links)), reason="a COPY would follow the links"))
    if _needs_loader_cache(evidence, target):
        steps.append(
            Step("RUN ldconfig", reason="the loader finds the libraries that were copied by its cache")
        )
    return tuple(steps)


def _bare_folders(plan: CopyPlan, target: Target) -> tuple[str, ...]:
    """The folders of links that nothing else makes."""
    made = [f"{one.path}/" for one in plan.folders]
    for copy in plan.copies:
        made += [f"{path}/" if copy.is_folder else path for path in copy.paths]
    whole = tuple(f"{path}/" for copy in plan.copies if copy.is_folder for path in copy.paths)
    found = {posixpath.dirname(one.path) for one in plan.links} - set(target.paths)
    return tuple(
        folder
        for folder in sorted(found)
        if folder != "/"
        and not f"{folder}/".startswith(whole)
        and not any(one.startswith(f"{folder}/") for one in made)
    )


def can_install(target: Target) -> bool:
    """Whether a design knows how to install packages there."""
    return target.manager in ("apk", "dpkg")


def _installation(packages: Iterable[Need], target: Target, *, recommends: bool) -> str:
    if target.manager == "apk":
        return instructions.apk_add(need.asked or need.name for need in packages)
    return instructions.apt_install((need.name for need in packages), recommends=recommends)


def _needs_loader_cache(evidence: Evidence, target: Target) -> bool:
    """Whether libraries come along that the loader does not look for without its cache; musl's has none."""
    if target.manager == "apk":
        return False
    made = [path for path in evidence.made if path not in evidence.reasons]
    loose = [need.path for need in evidence.paths if need.path not in target.paths]
    cached = made if "/etc/ld.so.cache" in evidence.made else []
    return any(_LOADED.fullmatch(path) for path in (*cached, *loose))


def needs_shell(evidence: Evidence, target: Target, plan: CopyPlan) -> bool:
    """Whether something of it takes a RUN."""
    return bool(
        missing_packages(evidence, target)
        or plan.folders
        or plan.links
        or _deletions(evidence, target, plan)
        or _needs_loader_cache(evidence, target)
    )


def machine_paths(plan: CopyPlan) -> tuple[str, ...]:
    """Paths that are named otherwise on other platforms, which no Dockerfile should hold."""
    return tuple(path for copy in plan.copies for path in copy.paths if _MULTIARCH.match(path + "/"))


def finds_more(original: ImageConfig, target: Target, plan: CopyPlan) -> bool:
    """Whether the original's PATH leads to what comes along, and the new base's does not."""
    here, there = (dict(one.env).get("PATH", "").split(":") for one in (original, target.config))
    lost = [place.rstrip("/") + "/" for place in here if place not in there and place.strip("/")]
    return any(
        path.startswith(place) or (copy.is_folder and place.startswith(path.rstrip("/") + "/"))
        for copy in plan.copies
        for path in copy.paths
        for place in lost
    )


def configuration(
    df: Dockerfile,
    stage: Stage,
    original: ImageConfig,
    base: ImageConfig,
    target: Target,
    read: frozenset[str],
) -> tuple[Step, ...]:
    """The instructions that describe the container verbatim, and what the original's base gave it.

    `read`: its variables that the application names.
    """
    written = describing(stage)
    keywords = {one.keyword for one in written}
    named = {name for one in written if one.keyword == "ENV" for name, _ in one.pairs}
    steps = list(_inherited(original, base, target, named, read))
    steps += [step_of(df, one) for one in written]
    steps += _implied(original, target.config, keywords)
    return tuple(steps)


def _inherited(
    original: ImageConfig, base: ImageConfig, target: Target, named: set[str], read: frozenset[str]
) -> Iterable[Step]:
    have = dict(target.config.env)
    final = dict(original.env)
    pairs = [
        (name, final[name])
        for name, _ in base.env
        if name in final
        and name not in named
        and (name in read or not _OWN.fullmatch(name))
        and have.get(name) != final[name]
    ]
    if pairs:
        yield Step(instructions.env(pairs), reason="the original's base sets it")
    labels = [(name, value) for name, value in base.labels if dict(target.config.labels).get(name) != value]
    if labels:
        yield Step(
            instructions.env(labels).replace("ENV ", "LABEL ", 1), reason="the original's base sets it"
        )


def _implied(original: ImageConfig, have: ImageConfig, keywords: set[str]) -> list[Step]:
    """What the original has from its base and the new base does not have."""
    steps = []
    reason = "the original's base sets it"
    if "WORKDIR" not in keywords and (original.workdir or "/") != (have.workdir or "/"):
        steps.append(Step(f"WORKDIR {original.workdir or '/'}", reason=reason))
    if "STOPSIGNAL" not in keywords and original.stopsignal and original.stopsignal != have.stopsignal:
        steps.append(Step(f"STOPSIGNAL {original.stopsignal}", reason=reason))
    if "USER" not in keywords and _user(original) != _user(have):
        steps.append(Step(f"USER {original.user or 'root'}", reason=reason))
    other_entry = "ENTRYPOINT" not in keywords and original.entrypoint != have.entrypoint
    if other_entry:
        steps.append(Step(f"ENTRYPOINT {instructions.exec_form(original.entrypoint or ())}", reason=reason))
    reset = "ENTRYPOINT" in keywords or other_entry
    inherited = None if reset else have.cmd
    if "CMD" not in keywords and original.cmd != inherited:
        steps.append(Step(f"CMD {instructions.exec_form(original.cmd or ())}", reason=reason))
    ports = [port for port in original.exposed if port not in have.exposed]
    if ports and "EXPOSE" not in keywords:
        steps.append(Step(f"EXPOSE {' '.join(ports)}", reason=reason))
    volumes = [volume for volume in original.volumes if volume not in have.volumes]
    if volumes and "VOLUME" not in keywords:
        steps.append(Step(f"VOLUME {instructions.exec_form(volumes)}", reason=reason))
    return steps


def _user(config: ImageConfig) -> str:
    return "root" if config.user in ("", "0", "0:0") else config.user


def _copy(copy: Copy) -> Step:
    first = copy.paths[0]
    target = first if copy.is_folder or len(copy.paths) == 1 else first.rpartition("/")[0] + "/"
    return Step(instructions.copy(copy.paths, target, stage=copy.stage))


def _deletions(evidence: Evidence, target: Target, plan: CopyPlan) -> list[str]:
    """Paths that the user removed and the new base or its packages would have."""
    removed = {path for path in evidence.deleted if path in target.paths} | evidence.removed
    folders = [copy.paths[0] for copy in plan.copies if copy.is_folder]
    gone = sorted({_top(path, folders) for path in removed if not path.startswith(_INSTALLERS)})
    tops: list[str] = []
    for path in gone:
        if not (tops and path.startswith(tops[-1] + "/")):
            tops.append(path)
    return [f"rm -rf {' '.join(map(shlex.quote, tops))}"] if tops else []


def _top(path: str, folders: Sequence[str]) -> str:
    """Of a folder that is copied afterwards, what lies directly in it may go whole: it comes again."""
    for folder in folders:
        if path.startswith(folder + "/"):
            return f"{folder}/{path[len(folder) + 1 :].split('/')[0]}"
    return path


def _folders(folders: Sequence[Entry]) -> list[str]:
    """One `install -d` for each owner and mode, in path order."""
    groups: dict[tuple[int, int, int], list[str]] = {}
    for one in folders:
        groups.setdefault((one.uid, one.gid, one.mode & 0o7777), []).append(one.path)
    return [
        f"install -d -o {uid} -g {gid} -m {mode:04o} {' '.join(map(shlex.quote, paths))}"
        for (uid, gid, mode), paths in groups.items()
    ]
