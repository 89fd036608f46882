"""Dependencies are installed without the lockfile, or with one that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from stagewright.dockerfile import Instruction
from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import Deed, Subject, copies_all, from_manifest, sources

# Tool → its manifest and the lockfiles that it reads.
_LOCKFILES: dict[str, tuple[str, tuple[str, ...]]] = {
    "npm": ("package.json", ("package-lock.json", "npm-shrinkwrap.json")),
    "yarn": ("package.json", ("yarn.lock",)),
    "pnpm": ("package.json", ("pnpm-lock.yaml",)),
    "bun": ("package.json", ("bun.lock", "bun.lockb")),
    "uv": ("pyproject.toml", ("uv.lock",)),
    "poetry": ("pyproject.toml", ("poetry.lock",)),
    "pdm": ("pyproject.toml", ("pdm.lock",)),
    "pipenv": ("Pipfile", ("Pipfile.lock",)),
    "bundler": ("Gemfile", ("Gemfile.lock",)),
    "composer": ("composer.json", ("composer.lock",)),
    "go": ("go.mod", ("go.sum",)),
}


def _check(subject: Subject) -> Iterator[Problem]:
    for stage in subject.reachable:
        copies: list[Instruction] = []
        for step in (step for inner in subject.lineage_of(stage) for step in inner.instructions):
            if step.keyword in {"COPY", "ADD"}:
                copies.append(step)
            for deed in subject.deeds(stage):
                if deed.instruction is step and from_manifest(deed.action):
                    yield from _judge(subject, deed, copies)


def _judge(subject: Subject, deed: Deed, copies: list[Instruction]) -> Iterator[Problem]:
    manifest, locks = _LOCKFILES.get(deed.action.tool, ("", ()))
    if any(flag.name == "mount" for flag in deed.instruction.flags) or any(map(copies_all, copies)):
        return
    named = [(step, source) for step in copies for source in sources(step)]
    holders = [(step, source) for step, source in named if source.rpartition("/")[2] == manifest]
    if not holders:
        return
    step, source = holders[-1]
    folder = source.rpartition("/")[0]
    paths = [f"{folder}/{lock}".lstrip("/") for lock in locks]
    there = [path for path in paths if subject.project is not None and subject.project.has(path)]
    given = [path for path in paths if any(fnmatchcase(path, other) for _, other in named)]
    if subject.project is not None and given and there and not set(given) & set(there):
        yield Problem(
            step.span, f"`{given[0]}` does not exist: the lockfile is `{there[0]}`", f"copy `{there[0]}`"
        )
    elif not given and (there or (subject.project is None and "ci" in deed.action.command.words)):
        lock = (there or paths)[0]
        yield Problem(
            step.span,
            f"`{' '.join(deed.action.command.raw)}` runs without `{lock}`: "
            "the versions are not those that were tested",
            f"copy `{lock}` beside `{source}`",
        )


RULE = Rule(
    name="lockfile-not-copied",
    summary="The lockfile is not copied",
    why="Without its lockfile a package manager resolves anew: the build is not repeatable, or fails.",
    bad="FROM node:22-slim\nCOPY package.json ./\nRUN npm ci --omit=dev\nCOPY src ./src\n"
    'CMD ["node", "src/i.js"]\n',
    good="FROM node:22-slim\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\nCOPY src ./src\n"
    'CMD ["node", "src/i.js"]\n',
    severity="warning",
    check=_check,
)
