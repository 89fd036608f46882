"""Stages that production does not come from but that a project is worked on and checked with."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stagewright.design import instructions, nginx
from stagewright.images import default_user
from stagewright.model.design import StagePlan, Step, Target
from stagewright.model.recipe import Recipe

NOBODY = "65534:65534"
_PURPOSES = {
    "tester": "runs the tests",
    "scanner": "looks for known vulnerabilities in the dependencies",
    "development": "works on the source, with reload",
}
_MOUNT = re.compile(r"--mount=(\S+)")
_COPIED_FROM = re.compile(r"--from=([\w.-]+)|from=([\w.-]+)")
_SNYK = 'SNYK_TOKEN="$(cat /run/secrets/snyk_token)" npx --yes snyk test'


def tester(command: str, base: str, *, copy_context: bool, mounts: Sequence[str] = ()) -> StagePlan:
    """The tests, run while the stage is built; `copy_context` when `base` lacks the tests' files."""
    copied = (Step(instructions.copy((".",), "./")),) if copy_context else ()
    return StagePlan("tester", "Tests: the build of this stage fails when they do", base).with_steps(
        *copied, Step(instructions.run(command, mounts))
    )


def scanner(recipe: Recipe, base: str, tool: str) -> StagePlan | None:
    """`tool` is `audit` for the ecosystem's own, or `snyk`; None where the ecosystem has none.

    A token comes as a secret of the build, which no layer and no history keeps.
    """
    if tool == "snyk":
        step = Step(instructions.run(_SNYK, (instructions.secret("snyk_token"),)))
    elif recipe.audit:
        step = Step(instructions.run(recipe.audit))
    else:
        return None
    return StagePlan("scanner", "Known vulnerabilities: the build of this stage fails on them", base, (step,))


def development(recipe: Recipe, base: str) -> StagePlan | None:
    """The development server on the installed dependencies, not as root; None without a watch mode."""
    if not recipe.development:
        return None
    own = default_user(recipe.builder_image)
    user = owner(str(own[0])) if own else NOBODY
    # Development servers write into the project, and keep caches of theirs in node_modules.
    folders = ". node_modules" if "package.json" in recipe.manifests else "."
    steps = [Step(instructions.run(f"chown {user} {folders}"))]
    if not own:
        steps.append(Step(instructions.env((("HOME", "/tmp"),))))  # noqa: S108
    steps.append(Step(instructions.copy((".",), "./", chown=user)))
    if recipe.port is not None and not nginx.serves(recipe.runtime_image):
        steps.append(Step(f"EXPOSE {recipe.port}"))
    steps += [Step(f"USER {user}"), Step(f"CMD {instructions.exec_form(recipe.development)}")]
    return StagePlan("development", "Development, with reload", base, tuple(steps))


def owner(user: str) -> str:
    """`1000` → `1000:1000`: the unprivileged users of the images have groups of the same number."""
    return user if ":" in user else f"{user}:{user}"


def targets(stages: Sequence[StagePlan], name: str, dockerfile_path: str) -> tuple[Target, ...]:
    """A command for every stage that is worth building by itself; what runs first, whatever its name is."""
    last = stages[-1].name
    purposes = {last: "what runs"} | {name: what for name, what in _PURPOSES.items() if name != last}
    file = "" if dockerfile_path == "Dockerfile" else f"-f {dockerfile_path} "
    present = {stage.name for stage in stages}
    return tuple(
        Target(
            target,
            purpose,
            f"docker build {file}{_secret_options(stages, target)}"
            f"--target {target} -t {tag(name)}:{target} .",
        )
        for target, purpose in purposes.items()
        if target in present
    )


def needed(stages: Sequence[StagePlan], target: str) -> frozenset[str]:
    """The names of the stages that are built for `target`, its own included."""
    plans = {stage.name: stage for stage in stages}
    waiting, seen = [target], set()
    while waiting:
        stage = plans.get(waiting.pop())
        if stage is None or stage.name in seen:
            continue
        seen.add(stage.name)
        waiting.append(stage.base)
        for step in stage.steps:
            waiting += [first or second for first, second in _COPIED_FROM.findall(step.text)]
    return frozenset(seen)


def secrets(stages: Sequence[StagePlan], target: str) -> tuple[str, ...]:
    """What `--secret` has to say when the stage is built: its own secrets and those of the stages below."""
    below = needed(stages, target)
    found = {
        identity
        for stage in stages
        if stage.name in below
        for step in stage.steps
        for identity in _secret_ids(step.text)
    }
    return tuple(
        "id=snyk_token,env=SNYK_TOKEN" if identity == "snyk_token" else f"id={identity}"
        for identity in sorted(found)
    )


def _secret_ids(text: str) -> list[str]:
    mounts = [mount.split(",") for mount in _MOUNT.findall(text)]
    secret = [fields for fields in mounts if "type=secret" in fields]
    return [field[3:] for fields in secret for field in fields if field.startswith("id=")]


def _secret_options(stages: Sequence[StagePlan], target: str) -> str:
    return "".join(f"--secret {secret} " for secret in secrets(stages, target))


def tag(name: str) -> str:
    """A repository's name for the project, as the engine takes it."""
    kept = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in name)
    return kept.lower().strip("-_.") or "app"
