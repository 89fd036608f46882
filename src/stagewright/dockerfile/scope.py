"""What each variable is worth at each instruction, as far as the text says."""

from __future__ import annotations

from collections.abc import Mapping

from stagewright.dockerfile.errors import DockerfileSyntaxError, LanguageError
from stagewright.dockerfile.expand import expand_word
from stagewright.dockerfile.tree import Dockerfile, Instruction, Stage

Environment = dict[str, str]
_NOTHING: Mapping[str, str] = {}


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
    env = platform_args(platform)
    env |= {name: value for name, value in build_args.items() if name in env}
    for instruction in df.global_args:
        for name, value in instruction.pairs:
            if name in build_args:
                env[name] = build_args[name]
            elif value is not None:
                env[name] = expand(df, instruction, value, env)
    return env


def expanded_base(
    df: Dockerfile, stage: Stage, build_args: Mapping[str, str] = _NOTHING, *, platform: str = "linux/amd64"
) -> str:
    """The base of a stage with its variables replaced; empty when they have no value."""
    return expand(df, stage.instruction, stage.base, global_environment(df, build_args, platform=platform))


def stage_environment(
    df: Dockerfile,
    stage: Stage,
    build_args: Mapping[str, str] = _NOTHING,
    *,
    base_env: Mapping[str, str] = _NOTHING,
    platform: str = "linux/amd64",
) -> tuple[Environment, ...]:
    """One snapshot before each instruction of the stage, and a last one after all of them.

    ARGs and ENVs of the stages below are included; `base_env` is what the image at the bottom sets.
    """
    known = global_environment(df, build_args, platform=platform)
    chain = [stage]
    while below := parent(df, chain[-1], expand(df, chain[-1].instruction, chain[-1].base, known)):
        chain.append(below)
    env = dict(base_env)
    snapshots: list[Environment] = []
    for member in reversed(chain):
        snapshots = [dict(env)]
        for instruction in member.instructions:
            if instruction.keyword in ("ARG", "ENV"):
                env = _after(df, instruction, env, known, build_args)
            snapshots.append(env)
    return tuple(snapshots)


def parent(df: Dockerfile, stage: Stage, base: str) -> Stage | None:
    """The earlier stage that `base`, expanded, names: by the letter, and the nearest above wins."""
    for candidate in reversed(df.stages[: stage.index]):
        if candidate.name is not None and candidate.name == base:
            return candidate
    return None


def expand(df: Dockerfile, instruction: Instruction, word: str, env: Mapping[str, str]) -> str:
    """`expand_word` whose error names the instruction's place."""
    try:
        return expand_word(word, env, df.escape)
    except LanguageError as error:
        column = instruction.span.start - (df.text.rfind("\n", 0, instruction.span.start) + 1) + 1
        raise DockerfileSyntaxError(
            error.reason, path=df.path, line=instruction.line, column=column, offending=word
        ) from None


def _after(
    df: Dockerfile,
    instruction: Instruction,
    env: Environment,
    known: Mapping[str, str],
    build_args: Mapping[str, str],
) -> Environment:
    """The environment after an ARG or ENV; one ENV sees the values before it, ARGs see each other."""
    result = dict(env)
    for name, value in instruction.pairs:
        if instruction.keyword == "ENV":
            result[expand(df, instruction, name, env)] = expand(df, instruction, value or "", env)
        elif name in build_args:
            result[name] = build_args[name]
        elif value is not None:
            result[name] = expand(df, instruction, value, result)
        elif name in known:
            result[name] = known[name]
    return result
