"""One stage builds and runs."""

from __future__ import annotations

from collections.abc import Iterator

from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import Subject


def _check(subject: Subject) -> Iterator[Problem]:
    if len(subject.reachable) != 1:
        return
    builds = [deed for deed in subject.final_deeds if deed.action.kind == "build"]
    if not builds:
        return
    first = builds[0]
    line = subject.dockerfile.text.count("\n", 0, first.start) + 1
    command = " ".join(first.action.command.raw[:3]) or first.action.tool
    yield Problem(
        subject.final.instruction.span,
        f"one stage both builds (`{command}`, line {line}) and runs: "
        "what only the build needs stays in the image",
        "build in a `builder` stage and copy what runs into a `production` stage",
        "an estimate from the text: the build tools and what only the build reads; `prove` measures it",
    )


RULE = Rule(
    name="single-stage",
    summary="One stage builds and runs",
    why="Compilers, development dependencies and source stay in the image: it is larger to pull and to scan.",
    bad='FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD ["node", "dist/index.js"]\n',
    good="FROM node:22 AS builder\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n\n"
    "FROM node:22-slim AS production\nWORKDIR /app\nCOPY --from=builder /app/dist ./dist\n"
    'CMD ["node", "dist/index.js"]\n',
    severity="warning",
    check=_check,
)
