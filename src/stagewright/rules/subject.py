"""One Dockerfile under the rules' eyes, with what several rules ask of it computed once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from stagewright.dockerfile import Dockerfile, Instruction, Stage
from stagewright.dockerfile.graph import reachable
from stagewright.dockerfile.scope import expanded_bases, parent
from stagewright.shell import Action, Command, Script, commands_of, recognise, shell_in_force, unwrapped

_INTERACTIVE = frozenset({"bash", "sh", "zsh", "ash", "fish", "tmux", "sleep", "tail", "sshd", "code-server"})
# Images of distributions and languages: they start as root, and start no program of their own.
PLAIN_BASE = re.compile(
    r"(?:docker\.io/)?(?:library/)?(?:node|python|golang|ruby|php|rust|perl|debian|ubuntu|alpine|buildpack-deps"
    r"|openjdk|eclipse-temurin|amazoncorretto|maven|gradle|elixir|erlang|fedora|centos|rockylinux|almalinux"
    r"|oven/bun|busybox|swift|haskell)(?:[:@].*)?"
)
_TOOL_CHAIN_PATH = re.compile(r"(?:^|/)\.(?:devcontainer|gitpod|ci|circleci|github|gitlab)(?:/|\b)")
_PRODUCTION = re.compile(r"prod(?:uction)?|release|runtime|runner|final|deploy")
_NOT_PRODUCTION = re.compile(
    r"dev(?:el(?:op(?:ment)?)?)?|debug(?:ger)?|test(?:er|s|ing)?|lint(?:er)?|scan(?:ner)?|local|ci"
)


class Context(Protocol):
    """What rules ask of the build context; a `Project` is one, and so is a quicker look at the folder."""

    @property
    def texts(self) -> Mapping[str, str]:
        """The content of manifests by their path in the context."""

    def has(self, path: str) -> bool:
        """Whether the context has that file."""


class Deed(NamedTuple):
    """An Action and the RUN, CMD or HEALTHCHECK that holds it."""

    instruction: Instruction
    action: Action

    @property
    def start(self) -> int:
        return self.action.command.span.start


@dataclass(frozen=True)
class Subject:
    """`project` is None where the context is not known; `target` is the stage that is built, default last."""

    dockerfile: Dockerfile
    project: Context | None = None
    target: str | None = None

    @cached_property
    def final(self) -> Stage:
        """The stage that is to be run: the target, or the last; `production` where development is last."""
        named = self.dockerfile.stage(self.target) if self.target else None
        return named or self.production_before_last or self.dockerfile.stages[-1]

    @cached_property
    def production_before_last(self) -> Stage | None:
        """The stage of production where another kind of stage stands last and no target is given."""
        *earlier, last = self.dockerfile.stages
        if self.target is not None or not _NOT_PRODUCTION.fullmatch(last.name or ""):
            return None
        return next((stage for stage in reversed(earlier) if _PRODUCTION.fullmatch(stage.name or "")), None)

    @cached_property
    def reachable(self) -> tuple[Stage, ...]:
        """The stages that a build of the target runs."""
        return reachable(self.dockerfile, str(self.final.index))

    @cached_property
    def lineage(self) -> tuple[Stage, ...]:
        """The stages whose layers the target's image has: the target and what its FROM names, base first."""
        return self.lineage_of(self.final)

    def lineage_of(self, stage: Stage) -> tuple[Stage, ...]:
        chain = [stage]
        while (parent := self.parent(chain[-1])) is not None:
            chain.append(parent)
        return tuple(reversed(chain))

    def parent(self, stage: Stage) -> Stage | None:
        """The earlier stage that this one stands on."""
        return parent(self.dockerfile, stage, self.base_of(stage))

    def base_of(self, stage: Stage) -> str:
        """The FROM's reference with the defaults of global ARGs filled in; as written where they lack."""
        return self._bases[stage.index]

    @cached_property
    def _bases(self) -> tuple[str, ...]:
        bases = expanded_bases(self.dockerfile)
        return tuple(base or stage.base for base, stage in zip(bases, self.dockerfile.stages))

    @cached_property
    def base(self) -> str:
        """The image that the target's lineage stands on."""
        return self.base_of(self.lineage[0])

    @cached_property
    def steps(self) -> tuple[Instruction, ...]:
        """The instructions of the target's lineage, in the order in which they run."""
        return tuple(step for stage in self.lineage for step in stage.instructions)

    def script(self, stage: Stage, instruction: Instruction) -> Script:
        return commands_of(instruction, shell=shell_in_force(self.dockerfile, stage, instruction))

    @cached_property
    def _deeds(self) -> dict[int, tuple[Deed, ...]]:
        return {
            stage.index: tuple(
                Deed(step, action)
                for step in stage.instructions
                if step.keyword == "RUN"
                for command in self.script(stage, step).commands
                for action in recognise(command)
            )
            for stage in self.dockerfile.stages
        }

    def deeds(self, stage: Stage) -> tuple[Deed, ...]:
        """What the RUNs of one stage do, in order."""
        return self._deeds[stage.index]

    @cached_property
    def final_deeds(self) -> tuple[Deed, ...]:
        """What the RUNs of the target's lineage do, in order."""
        return tuple(deed for stage in self.lineage for deed in self.deeds(stage))

    @cached_property
    def start(self) -> tuple[Command, ...]:
        """The commands of the ENTRYPOINT and CMD in force, wrappers seen through."""
        found: list[Command] = []
        for keyword in ("ENTRYPOINT", "CMD"):
            for stage in reversed(self.lineage):
                steps = [step for step in stage.instructions if step.keyword == keyword]
                if steps:
                    commands = self.script(stage, steps[-1]).commands
                    found.extend(inner for command in commands for inner in unwrapped(command))
                    break
        return tuple(found)

    @cached_property
    def is_tool_chain(self) -> bool:
        """Whether the image's purpose is its tools: a dev container, a CI image, a base for others."""
        if _TOOL_CHAIN_PATH.search(self.dockerfile.path.replace("\\", "/")):
            return True
        if not self.start:
            # Another base may start its own program on what was copied; a port has a server behind it.
            kinds = {step.keyword for step in self.steps}
            own = kinds & {"COPY", "ADD"} and PLAIN_BASE.fullmatch(self.base) is None
            return not own and "EXPOSE" not in kinds
        return all(command.name in _INTERACTIVE for command in self.start)


def sources(copy: Instruction) -> tuple[str, ...]:
    """The sources of a COPY or ADD that come from the context, without a leading `./`."""
    if copy.keyword not in {"COPY", "ADD"} or copy.flag("from") is not None or copy.heredocs:
        return ()
    return tuple(word.value.removeprefix("./").rstrip("/") or "." for word in copy.words[:-1])


def copies_all(copy: Instruction) -> bool:
    """Whether the whole context is copied: `COPY . .`, `ADD * /app`."""
    return bool({".", "*"} & set(sources(copy)))


def from_manifest(action: Action) -> bool:
    """Whether dependencies are installed as a manifest or lockfile in the context lists them."""
    if action.kind != "install" or "-g" in action.options or "--global" in action.options:
        return False
    if action.tool == "pip":
        return any(option in {"-r", "--requirement"} or option.startswith("-r") for option in action.options)
    words = [word for word in action.command.words if not word.startswith("-")]
    if action.tool in _MANIFEST_VERBS:
        return not action.packages and bool({*words, ""} & _MANIFEST_VERBS[action.tool])
    return False


_NODE_VERBS = frozenset({"install", "i", "ci", "clean-install"})
_MANIFEST_VERBS: dict[str, frozenset[str]] = {
    "npm": _NODE_VERBS,
    "pnpm": _NODE_VERBS,
    "bun": _NODE_VERBS,
    "yarn": frozenset({"install", ""}),
    "uv": frozenset({"sync"}),
    "poetry": frozenset({"install", "sync"}),
    "pdm": frozenset({"install", "sync"}),
    "pipenv": frozenset({"install", "sync"}),
    "bundler": frozenset({"install", ""}),
    "composer": frozenset({"install"}),
    "go": frozenset({"download"}),
    "mix": frozenset({"deps.get"}),
}
