"""Where the instructions of a stage put files, as far as their text says it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stagewright.budget import TooLong
from stagewright.design.bases import family
from stagewright.design.effects import ACCOUNTS, Effect, Untold, effects
from stagewright.dockerfile import (
    Dockerfile,
    Instruction,
    LanguageError,
    Stage,
    expand_word,
    stage_environment,
    unset_variables,
)
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.shell import Command, commands_of, shell_in_force, unwrapped

# The distribution's own folders: what the user put there cannot be told from the rest.
_SYSTEM = frozenset(
    {
        *("/", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/run", "/sbin", "/sys"),
        *("/usr", "/usr/bin", "/usr/include", "/usr/lib", "/usr/libexec", "/usr/sbin", "/usr/share"),
        *("/var", "/var/cache", "/var/lib", "/var/log"),
    }
)
# Neither a COPY of theirs, nor one that comes after the packages, would do the same.
_OUT_OF_REACH = ("/etc/apt/", "/dev/", "/proc/", "/sys/", "/run/")
_SCRATCH = ("/tmp", "/var/tmp", "/var/cache", "/var/lib/apt/lists", "/root/.cache", "/root/.npm")  # noqa: S108
_NOT_PLAIN = re.compile(r"[*?{\[\]\\$]")
_ARCHIVE = re.compile(r"\.(?:tar|tgz|tbz2?|txz|t?zst|gz|bz2|xz)$")
# Settings of package managers that name a place.
_SETTING = re.compile(r"(?i)(?:pip|npm_config|yarn|gem|bundle)_\w+|pythonuserbase")


@dataclass(frozen=True, slots=True)
class Places:
    """`paths` are absolute, none below another, in the order in which they are made. `packages` are the
    distribution's; `recommends`: what they recommend was installed along."""

    paths: tuple[str, ...]
    packages: tuple[str, ...]
    recommends: bool


def places(
    df: Dockerfile, stage: Stage, base: str, project: Project, build_args: Mapping[str, str]
) -> Places | Decline:
    """All that the stage adds to `base`; a Decline names the first instruction that does not tell."""
    environments = stage_environment(df, stage, build_args)
    env = dict(environments.before)
    reader = _Reader(df, stage, family(base), project)
    try:
        for one, change in zip(stage.instructions, environments.changes):
            reader.line = one.line
            reader.read(one, env)
            env |= change
        reader.settle()
    except Untold as untold:
        return Decline(
            "unknown-place",
            f"Line {reader.line}: the text alone does not tell {untold}.",
            "With an engine, the built original shows what production needs.",
        )
    return Places(reader.tops(), tuple(sorted(reader.packages)), reader.recommends)


@dataclass(slots=True)
class _Reader:
    df: Dockerfile
    stage: Stage
    family: str
    project: Project
    line: int = 0
    folder: str = "/"
    as_usual: bool = True
    as_root: bool = True
    made: list[str] = field(default_factory=list)
    changed: list[tuple[str, int]] = field(default_factory=list)
    removed: list[tuple[str, int]] = field(default_factory=list)
    marked: list[tuple[str, int]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)
    recommends: bool = False

    def read(self, one: Instruction, env: Mapping[str, str]) -> None:
        if one.keyword == "WORKDIR":
            self.folder = self._expanded(one.words[0].value, env)
            if self.folder != "/":
                self._make(self.folder)
        elif one.keyword in ("COPY", "ADD"):
            self._copy(one, env)
        elif one.keyword == "RUN":
            self._run(one)
        elif one.keyword == "USER":
            self.as_root = one.words[0].value.partition(":")[0] in ("root", "0")
            self.as_usual &= self.as_root
        elif one.keyword == "ENV":
            self.as_usual &= not any(_leads_elsewhere(name, value or "") for name, value in one.pairs)

    def tops(self) -> tuple[str, ...]:
        """What is made, without what lies below something else that is."""
        made = dict.fromkeys(self.made)
        return tuple(path for path in made if not any(_below(path, other) for other in made))

    def settle(self) -> None:
        """Raises Untold unless what is changed comes along, and what comes along is still there."""
        tops = self.tops()
        for path, line in self.changed:
            self.line = line
            if not any(path == top or _below(path, top) for top in tops):
                raise Untold(f"what of {path} production needs")
        for path, line in self.marked:
            self.line = line
            # A COPY gives the folder that it fills to root, with 0755.
            if path in tops and path not in self.files:
                raise Untold(f"whose folder {path} is, and its mode")
        for path, line in self.removed:
            self.line = line
            if any(path == top or _below(top, path) for top in tops):
                raise Untold(f"what is left of {path}")
            if not any(_below(path, top) for top in (*tops, *_SCRATCH)) and path not in _SCRATCH:
                raise Untold(f"whether {path} is the base's own")

    def _expanded(self, word: str, env: Mapping[str, str]) -> str:
        try:
            if unset_variables(word, env, self.df.escape):
                raise Untold(f"which folder {word} is")
            return self._absolute(expand_word(word, env, self.df.escape))
        except (LanguageError, TooLong):
            raise Untold(f"which folder {word} is") from None

    def _absolute(self, word: str) -> str:
        if word.startswith("~"):
            raise Untold(f"which folder {word} is")
        return "/" + posixpath.normpath(posixpath.join(self.folder, word)).lstrip("/")

    def _make(self, path: str, *, is_file: bool = False) -> None:
        if path in _SYSTEM or path.startswith(_OUT_OF_REACH) or _NOT_PLAIN.search(path):
            raise Untold(f"what of {path} is the base's own")
        self.made.append(path)
        if is_file:
            self.files.add(path)

    def _copy(self, one: Instruction, env: Mapping[str, str]) -> None:
        *sources, destination = (word.value for word in one.words)
        target = self._expanded(destination, env)
        names = [posixpath.normpath(source.lstrip("/")) for source in sources]
        is_folder = destination.endswith(("/", "/.")) or len(sources) > 1 or target in _SYSTEM
        is_plain = one.flag("from") is None and not any(flag.name == "parents" for flag in one.flags)
        unpacks = one.keyword == "ADD" and any(_ARCHIVE.search(name) for name in names)
        if is_folder and is_plain and not unpacks and all(name in self.project.files for name in names):
            for name in names:
                self._make(posixpath.join(target, posixpath.basename(name)), is_file=True)
        else:
            self._make(target, is_file=is_plain and not unpacks and names[0] in self.project.files)

    def _run(self, one: Instruction) -> None:
        script = commands_of(one, shell=shell_in_force(self.df, self.stage, one))
        if script.opaque:
            raise Untold("what this RUN does")
        before = self.folder
        for outer in script.commands:
            for operator, target, _ in outer.redirections:
                if (
                    ">" in operator
                    and not (target or "").isdecimal()
                    and not (target or "").startswith("/dev/")
                ):
                    self._apply(_written(target), outer)
            for command in unwrapped(outer):
                if command.name == "cd":
                    self._enter(command, outer)
                    continue
                for effect in effects(command, self.family, as_usual=self.as_usual):
                    self._apply(effect, command)
        self.folder = before

    def _enter(self, command: Command, outer: Command) -> None:
        lasting = command is outer and not command.depth
        if not lasting or len(command.args) != 1 or not command.words or command.words[0] == "-":
            raise Untold("in which folder it works")
        self.folder = self._absolute(command.words[0])

    def _apply(self, effect: Effect, command: Command) -> None:
        if effect.kind == "installs":
            self.packages.add(effect.subject)
        elif effect.kind == "recommends":
            self.recommends = True
        elif effect.kind == "purges":
            if effect.subject not in self.packages:
                raise Untold(f"what {effect.subject} has in the base")
            self.packages.remove(effect.subject)
        elif effect.kind == "removes":
            self.removed.append((self._absolute(effect.subject), self.line))
        elif effect.kind == "marks":
            self.marked.append((self._absolute(effect.subject), self.line))
        elif effect.kind == "makes" and not command.conditional:
            path = self._absolute(effect.subject)
            self._make(path)
            if not self.as_root:
                self.marked.append((path, self.line))
        else:
            self.changed.append((self._absolute(effect.subject), self.line))
        if self.packages and ACCOUNTS[0] in self.made:
            raise Untold("which users the packages make beside this one")


def _leads_elsewhere(name: str, value: str) -> bool:
    return bool(_SETTING.fullmatch(name)) and value.strip("\"'").startswith(("/", "$", "~"))


def _written(target: str | None) -> Effect:
    if target is None:
        raise Untold("which file it writes")
    return Effect("makes", target)


def _below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/") and path != folder
