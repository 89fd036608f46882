"""The commands of an existing Dockerfile: what installs, and what `npm start` starts in the end."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from stagewright.ecosystems.javascript.managers import BUN, NPM, PNPM, YARN, guarded, is_berry
from stagewright.ecosystems.javascript.package import Package, sources
from stagewright.ecosystems.parts import ASSIGNMENT, change_parts
from stagewright.model.project import Project

_INSTALLS = {
    "npm": (NPM, frozenset(("ci", "clean-install", "install", "i"))),
    "bun": (BUN, frozenset(("install", "i"))),
    "yarn": (YARN, frozenset(("", "install"))),
    "pnpm": (PNPM, frozenset(("install", "i"))),
}
_PRODUCTION = re.compile(
    r"--omit[= ]dev|--production(?:=true)?\b|--prod\b|-P\b|--only[= ]prod(?:uction)?|NODE_ENV=production"
)
# Values of these options are words of their own, not packages to add.
_TAKES_VALUE = frozenset(
    {
        *(
            "--registry",
            "--cache",
            "--cache-folder",
            "--loglevel",
            "--prefix",
            "--cwd",
            "--backend",
            "--reporter",
        ),
        *(
            "--network-timeout",
            "--store-dir",
            "--omit",
            "--include",
            "--network-concurrency",
            "--fetch-timeout",
        ),
    }
)
_SHELL = re.compile(r"[;&|<>`$()*?~#\\\n{}!\[\]]")
_OF_THE_MANAGER = re.compile(r"npm_(?:package|config|lifecycle|node_execpath|execpath)|INIT_CWD")
_RUNTIMES = frozenset(("node", "bun", "deno", "nodejs"))
_BUILT_IN = frozenset(("install", "run", "test", "build", "x", "add", "exec", "dlx", "create", "init"))
_MAX_HOPS = 4


def production_install(command: str, project: Project) -> str | None:
    """As `Ecosystem.production_install`."""
    package = Package.read(project)
    if package is None:
        return None
    return change_parts(command, lambda part, words: _production_part(part, words, project, package))


def _production_part(part: str, words: list[str], project: Project, package: Package) -> str | None:
    if words[0] not in _INSTALLS:
        return None
    manager, verbs = _INSTALLS[words[0]]
    positional = _positional(words[1:])
    if (positional[:1] or [""])[0] not in verbs or positional[1:] or "-g" in words or "--global" in words:
        return None
    if _PRODUCTION.search(part):
        return part
    if manager is YARN and is_berry(project, package):
        return None
    flag = manager.production
    if manager is YARN and not positional:
        flag = f"install {flag}"
    return guarded(f"{part} {flag}", package, manager, production=True)


def _positional(words: list[str]) -> list[str]:
    found: list[str] = []
    skip = False
    for word in words:
        if not skip and not word.startswith("-"):
            found.append(word)
        skip = word in _TAKES_VALUE
    return found


def direct_start(
    command: tuple[str, ...], project: Project, given: Mapping[str, str] | None = None
) -> tuple[str, ...] | None:
    """As `Ecosystem.direct_start`; `given` is what the environment holds in any case."""
    package = Package.read(project)
    script = _script_name(command)
    if package is None or script is None:
        return None
    if any(_OF_THE_MANAGER.search(text) for _, text in sources(project)):
        return None
    return _resolve(script, package, given or {}, _MAX_HOPS)


def _resolve(script: str, package: Package, given: Mapping[str, str], hops: int) -> tuple[str, ...] | None:
    text = package.scripts.get(script, "")
    if not text or hops == 0 or any(f"{edge}{script}" in package.scripts for edge in ("pre", "post")):
        return None
    if _SHELL.search(text) or "%" in text:
        return None
    try:
        words = shlex.split(text)
    except ValueError:
        return None
    if words[:1] == ["cross-env"]:
        words.pop(0)
    while words and ASSIGNMENT.match(words[0]):
        name, _, value = words.pop(0).partition("=")
        if given.get(name) != value:
            return None
    if not words:
        return None
    inner = _script_name(tuple(words))
    if inner is not None and inner in package.scripts:
        return _resolve(inner, package, given, hops - 1)
    return tuple(words) if words[0] in _RUNTIMES else None


def _script_name(command: tuple[str, ...]) -> str | None:
    """`npm start`, `bun run start`, `sh -c "npm run serve"` → the script; None for all else."""
    if len(command) == 3 and command[0].rpartition("/")[2] in ("sh", "bash") and command[1] == "-c":
        try:
            words = shlex.split(command[2].removeprefix("exec "))
        except ValueError:
            return None
        return None if _SHELL.search(command[2]) else _script_name(tuple(words))
    words = [word for word in command if word not in ("--silent", "-s", "--quiet")]
    match words:
        case ["npm" | "pnpm" | "yarn", "start" as script]:
            return script
        case ["npm" | "pnpm" | "yarn" | "bun", "run" | "run-script", script] if not script.startswith("-"):
            return None if "/" in script or "." in script else script
        case ["bun" | "yarn" | "pnpm", script] if re.fullmatch(r"[a-z][\w:-]*", script):
            return None if script in _BUILT_IN else script
    return None
