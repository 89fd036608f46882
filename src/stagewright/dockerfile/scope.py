"""What each variable is worth at each instruction, as far as the text says."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass

from stagewright.budget import Budget, TooLong
from stagewright.dockerfile.errors import DockerfileSyntaxError, DockerfileTooLong, LanguageError
from stagewright.dockerfile.expand import expand_word
from stagewright.dockerfile.tree import Dockerfile, Instruction, Stage

Environment = dict[str, str]
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Environments:
    """`[i]` is the environment before the i-th instruction of a stage, `[-1]` the one after all of them.

    What each instruction changes is kept, not every snapshot: thousands of ENVs cost no more than they hold.
    """

    before: Environment
    changes: tuple[Environment, ...]

    def __len__(self) -> int:
        return len(self.changes) + 1

    def __getitem__(self, index: int) -> Environment:
        env = dict(self.before)
        for change in self.changes[: range(len(self))[index]]:
            env |= change
        return env


def platform_args(platform: str = "linux/amd64", target: str | None = None) -> Environment:
    """The ARGs that BuildKit defines before the first line, for a build on `platform` for itself."""
    os, _, rest = platform.partition("/")
    arch, _, variant = rest.partition("/")
    result: Environment = {}
    for side in ("BUILD", "TARGET"):
        result |= {
            f"{side}PLATFORM": platform,
            f"{side}OS": os,
            f"{side}OSVERSION": "",
            f"{side}ARCH": arch,
            f"{side}VARIANT": variant,
        }
    return result | {"TARGETSTAGE": target or "default"}


def global_environment(
    df: Dockerfile, build_args: Mapping[str, str] = _NOTHING, *, platform: str = "linux/amd64"
) -> Environment:
    """The values that FROM sees. Raises `DockerfileSyntaxError` where an expansion fails."""
    values = _Values(df)
    env = platform_args(platform)
    env |= {name: value for name, value in build_args.items() if name in env}
    for instruction in df.global_args:
        for name, value in instruction.pairs:
            if name in build_args:
                env[name] = build_args[name]
            elif value is not None:
                env[name] = values.expand(instruction, value, env)
    return env


def expanded_base(
    df: Dockerfile, stage: Stage, build_args: Mapping[str, str] = _NOTHING, *, platform: str = "linux/amd64"
) -> str:
    """The base of a stage with its variables replaced; empty when they have no value."""
    return expand(df, stage.instruction, stage.base, global_environment(df, build_args, platform=platform))


def expanded_bases(df: Dockerfile) -> tuple[str, ...]:
    """`expanded_base` of every stage."""
    values, known = _Values(df), global_environment(df)
    return tuple(values.expand(stage.instruction, stage.base, known) for stage in df.stages)


def stage_environment(
    df: Dockerfile,
    stage: Stage,
    build_args: Mapping[str, str] = _NOTHING,
    *,
    base_env: Mapping[str, str] = _NOTHING,
    platform: str = "linux/amd64",
) -> Environments:
    """The environment at each instruction of the stage.

    ARGs and ENVs of the stages below are included; `base_env` is what the image at the bottom sets.
    """
    known = global_environment(df, build_args, platform=platform)
    values = _Values(df)
    env = before = dict(base_env)
    changes: list[Environment] = []
    for member in lineage(df, stage, build_args, platform=platform):
        before, changes = dict(env), []
        for instruction in member.instructions:
            changes.append(_change(values, instruction, env, known, build_args))
            env |= changes[-1]
    return Environments(before, tuple(changes))


def lineage(
    df: Dockerfile, stage: Stage, build_args: Mapping[str, str] = _NOTHING, *, platform: str = "linux/amd64"
) -> tuple[Stage, ...]:
    """The stages that it stands on, the lowest first, and itself."""
    known = global_environment(df, build_args, platform=platform)
    found = [stage]
    while below := parent(df, found[0], expand(df, found[0].instruction, found[0].base, known)):
        found.insert(0, below)
    return tuple(found)


def parent(df: Dockerfile, stage: Stage, base: str) -> Stage | None:
    """The earlier stage that `base`, expanded, names: by the letter, and the nearest above wins."""
    for candidate in reversed(df.stages[: stage.index]):
        if candidate.name is not None and candidate.name == base:
            return candidate
    return None


def expand(df: Dockerfile, instruction: Instruction, word: str, env: Mapping[str, str]) -> str:
    """`expand_word` whose error names the instruction's place."""
    return _Values(df).expand(instruction, word, env)


class _Values:
    """Expands the words of a file; what all of them together grow by has a bound."""

    def __init__(self, df: Dockerfile) -> None:
        self._df = df
        self._budget = Budget()

    def expand(self, instruction: Instruction, word: str, env: Mapping[str, str]) -> str:
        df = self._df
        try:
            value = expand_word(word, env, df.escape)
            self._budget.take(value[len(word) :])
        except (LanguageError, TooLong) as error:
            kind = DockerfileTooLong if isinstance(error, TooLong) else DockerfileSyntaxError
            column = instruction.span.start - (df.text.rfind("\n", 0, instruction.span.start) + 1) + 1
            raise kind(
                str(error), path=df.path, line=instruction.line, column=column, offending=word
            ) from None
        return value


def _change(
    values: _Values,
    instruction: Instruction,
    env: Environment,
    known: Mapping[str, str],
    build_args: Mapping[str, str],
) -> Environment:
    """What an ARG or ENV sets: one ENV sees the values before it, the names of one ARG see each other."""
    change: Environment = {}
    if instruction.keyword == "ENV":
        for name, value in instruction.pairs:
            change[values.expand(instruction, name, env)] = values.expand(instruction, value or "", env)
    elif instruction.keyword == "ARG":
        for name, value in instruction.pairs:
            if name in build_args:
                change[name] = build_args[name]
            elif value is not None:
                change[name] = values.expand(instruction, value, ChainMap(change, env))
            elif name in known:
                change[name] = known[name]
    return change
