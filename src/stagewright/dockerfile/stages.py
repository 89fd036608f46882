"""Instructions to stages."""

from __future__ import annotations

from stagewright.dockerfile.tree import Instruction, Stage


def stages(instructions: tuple[Instruction, ...]) -> tuple[Stage, ...]:
    """Each FROM with what follows it; names are not checked here."""
    starts = [index for index, instruction in enumerate(instructions) if instruction.keyword == "FROM"]
    result = []
    for index, (start, end) in enumerate(zip(starts, [*starts[1:], len(instructions)])):
        source = instructions[start]
        words = [word.value for word in source.words]
        named = len(words) == 3 and words[1].lower() == "as"
        result.append(
            Stage(
                index=index,
                name=words[2].lower() if named else None,
                base=words[0] if words else "",
                platform=source.flag("platform"),
                instruction=source,
                instructions=instructions[start + 1 : end],
            )
        )
    return tuple(result)


def global_args(instructions: tuple[Instruction, ...]) -> tuple[Instruction, ...]:
    """The ARGs before the first FROM."""
    result = []
    for instruction in instructions:
        if instruction.keyword == "FROM":
            break
        if instruction.keyword == "ARG":
            result.append(instruction)
    return tuple(result)
