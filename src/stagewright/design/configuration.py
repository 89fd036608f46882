"""The instructions that give production the original's effective configuration."""

from __future__ import annotations

from dataclasses import dataclass

from stagewright.design import instructions
from stagewright.design.original import verbatim
from stagewright.dockerfile import Dockerfile, Stage
from stagewright.model.design import Allowance, Step
from stagewright.model.evidence import Evidence
from stagewright.model.image import Healthcheck, ImageConfig

# Variables of a tool chain that is not there any more.
TOOL_CHAIN = frozenset(
    {"GOLANG_VERSION", "GOTOOLCHAIN", "GOPATH", "GOFLAGS", "RUST_VERSION", "RUSTUP_HOME", "CARGO_HOME"}
)
_LATE = ("EXPOSE", "VOLUME", "STOPSIGNAL", "SHELL", "USER", "HEALTHCHECK", "ENTRYPOINT", "CMD", "ONBUILD")


@dataclass(frozen=True, slots=True)
class Configuration:
    """`first` stands before the files (ARG, ENV, LABEL, WORKDIR), `last` after them."""

    first: tuple[Step, ...]
    last: tuple[Step, ...]
    allows: tuple[Allowance, ...]


def configuration_steps(
    dockerfile: Dockerfile, stage: Stage, wanted: ImageConfig, given: ImageConfig, evidence: Evidence
) -> Configuration:
    """`wanted` is the original's effective configuration, `given` that of production's base."""
    first: list[Step] = []
    last: list[Step] = []
    inherited, allows = _inherited_environment(stage, wanted, given, evidence)
    if inherited:
        first.append(Step(instructions.env(inherited), reason="inherited from the original's base"))
    used = _variables(stage)
    first += [
        verbatim(dockerfile, one)
        for one in stage.instructions
        if one.keyword in ("ENV", "LABEL")
        or (one.keyword == "ARG" and any(name in used for name, _ in one.pairs))
    ]
    first += _workdir(stage, wanted, given)
    for keyword in _LATE:
        mine = [one for one in stage.instructions if one.keyword == keyword]
        if keyword in ("EXPOSE", "VOLUME", "ONBUILD"):
            last += [verbatim(dockerfile, one) for one in mine]
        elif mine:
            last.append(verbatim(dockerfile, mine[-1]))
        elif step := _inherited(keyword, wanted, given):
            last.append(step)
    return Configuration(tuple(first), tuple(last), allows)


def _inherited_environment(
    stage: Stage, wanted: ImageConfig, given: ImageConfig, evidence: Evidence
) -> tuple[tuple[tuple[str, str], ...], tuple[Allowance, ...]]:
    set_here = {name for one in stage.instructions if one.keyword == "ENV" for name, _ in one.pairs}
    there = dict(given.env)
    missing, allows = [], []
    for name, value in wanted.env:
        if name in set_here or there.get(name) == value:
            continue
        if name in TOOL_CHAIN or (
            name == "PATH" and _only_lost_folders(value, there.get(name, ""), evidence)
        ):
            allows.append(
                Allowance("config", f"env:{name}", "the tool chain that it belongs to stays behind")
            )
        else:
            missing.append((name, value))
    names = dict(wanted.env)
    allows += [
        Allowance("config", f"env:{name}", "production's base sets it") for name in there if name not in names
    ]
    return tuple(missing), tuple(allows)


def _only_lost_folders(before: str, after: str, evidence: Evidence) -> bool:
    """Whether PATH loses only folders from which nothing comes along."""
    lost = [folder for folder in before.split(":") if folder not in after.split(":")]
    kept = {path.rpartition("/")[0] for path in evidence.made if path not in evidence.reasons}
    kept |= {path.rpartition("/")[0] for path in evidence.needed_files}
    return not any(folder in kept for folder in lost)


def _variables(stage: Stage) -> frozenset[str]:
    """Names that the instructions which production keeps may expand."""
    import re

    text = "\n".join(
        one.rest
        for one in stage.instructions
        if one.keyword in ("ENV", "LABEL", "WORKDIR", "EXPOSE", "VOLUME", "USER", "STOPSIGNAL", "ARG")
    )
    return frozenset(re.findall(r"\$\{?(\w+)", text))


def _workdir(stage: Stage, wanted: ImageConfig, given: ImageConfig) -> list[Step]:
    mine = tuple(one.line for one in stage.instructions if one.keyword == "WORKDIR")
    if not mine and (wanted.workdir or "/") == (given.workdir or "/"):
        return []
    return [Step(f"WORKDIR {wanted.workdir or '/'}", mine)]


def _inherited(keyword: str, wanted: ImageConfig, given: ImageConfig) -> Step | None:
    """What the original has from its own base and production's base has otherwise."""
    text = ""
    if keyword == "USER" and wanted.user != given.user:
        text = f"USER {wanted.user or 'root'}"
    elif keyword == "STOPSIGNAL" and wanted.stopsignal != given.stopsignal:
        text = f"STOPSIGNAL {wanted.stopsignal or 'SIGTERM'}"
    elif keyword == "ENTRYPOINT" and (wanted.entrypoint or ()) != (given.entrypoint or ()):
        text = f"ENTRYPOINT {instructions.exec_form(wanted.entrypoint or ())}"
    elif (keyword == "CMD" and (wanted.cmd or ()) != (given.cmd or ())) or (
        keyword == "CMD" and wanted.cmd and wanted.entrypoint != given.entrypoint
    ):
        text = f"CMD {instructions.exec_form(wanted.cmd or ())}"
    elif keyword == "HEALTHCHECK" and wanted.healthcheck != given.healthcheck:
        text = _health(wanted.healthcheck)
    elif keyword == "EXPOSE":
        extra = sorted(set(wanted.exposed) - set(given.exposed))
        text = f"EXPOSE {' '.join(extra)}" if extra else ""
    elif keyword == "VOLUME":
        more = sorted(set(wanted.volumes) - set(given.volumes))
        text = f"VOLUME {instructions.exec_form(more)}" if more else ""
    return Step(text, reason="inherited from the original's base") if text else None


def _health(check: Healthcheck | None) -> str:
    if check is None or check.test[:1] == ("NONE",):
        return "HEALTHCHECK NONE"
    options = "".join(
        f"--{name}={value:g}s "
        for name, value in (
            ("interval", check.interval),
            ("timeout", check.timeout),
            ("start-period", check.start_period),
            ("start-interval", check.start_interval),
        )
        if value
    )
    retries = f"--retries={check.retries} " if check.retries else ""
    command = check.test[1] if check.test[0] == "CMD-SHELL" else instructions.exec_form(check.test[1:])
    return f"HEALTHCHECK {options}{retries}CMD {command}"
