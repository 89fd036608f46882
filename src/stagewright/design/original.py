"""Steps taken over from the original: the text as it stands, with the comments that describe it."""

from __future__ import annotations

from stagewright.dockerfile import Dockerfile, Instruction
from stagewright.model.design import Step


def verbatim(dockerfile: Dockerfile, instruction: Instruction, *, comments: bool = True) -> Step:
    """The instruction as written; comments directly above it travel along."""
    text = dockerfile.text[instruction.span.start : instruction.span.end].rstrip("\r\n")
    return Step(text, (instruction.line,), comments=_above(dockerfile, instruction) if comments else ())


def _above(dockerfile: Dockerfile, instruction: Instruction) -> tuple[str, ...]:
    by_line = {comment.line: comment for comment in dockerfile.comments}
    found: list[str] = []
    line = instruction.line - 1
    while line in by_line:
        found.append(f"# {by_line[line].text.strip()}".rstrip())
        line -= 1
    return tuple(reversed(found))
