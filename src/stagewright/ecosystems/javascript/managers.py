"""The package managers: how each installs, with and without development dependencies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stagewright.ecosystems.javascript.package import Package
from stagewright.ecosystems.selection import existing
from stagewright.model.design import Decline
from stagewright.model.project import Project

# Scripts of the project itself that an installation runs.
LIFECYCLE = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare")
_READ_BY_INSTALL = (
    *(
        "package.json",
        ".npmrc",
        ".yarnrc",
        ".yarnrc.yml",
        "bunfig.toml",
        ".pnpmfile.cjs",
        "pnpm-workspace.yaml",
    ),
    *("patches", ".yarn/patches", ".yarn/releases", ".yarn/plugins", ".yarn/cache", "prisma.config.ts"),
)


@dataclass(frozen=True, slots=True)
class Manager:
    """`frozen` installs exactly what the lockfile says; `production` is what leaves the rest out.

    `caches` are places that several installations at once may use.
    """

    name: str
    lockfiles: tuple[str, ...]
    frozen: str
    unlocked: str
    production: str
    run: tuple[str, ...]
    caches: tuple[str, ...]
    audit: str


NPM = Manager(
    "npm",
    ("npm-shrinkwrap.json", "package-lock.json"),
    "npm ci",
    "npm install",
    "--omit=dev",
    ("npm", "run"),
    ("/root/.npm",),
    "npm audit --omit=dev --audit-level=high",
)
BUN = Manager(
    "bun",
    ("bun.lock", "bun.lockb"),
    "bun install --frozen-lockfile",
    "bun install",
    "--production",
    ("bun", "run"),
    ("/root/.bun/install/cache",),
    "bun audit",
)
YARN = Manager(
    "yarn",
    ("yarn.lock",),
    "yarn install --frozen-lockfile",
    "yarn install",
    "--production",
    ("yarn", "run"),
    (),
    "yarn audit --groups dependencies --level high",
)
PNPM = Manager(
    "pnpm",
    ("pnpm-lock.yaml",),
    "pnpm install --frozen-lockfile",
    "pnpm install",
    "--prod",
    ("pnpm", "run"),
    ("/root/.local/share/pnpm/store",),
    "pnpm audit --prod --audit-level high",
)
MANAGERS = (BUN, PNPM, YARN, NPM)


def manager_of(project: Project, package: Package) -> Manager:
    """By `packageManager`, else by the lockfile that is there, else npm."""
    named = package.manager.partition("@")[0]
    by_name = [manager for manager in MANAGERS if manager.name == named]
    by_lock = [manager for manager in MANAGERS if lockfile(project, manager)]
    return (by_name or by_lock or [NPM])[0]


def lockfile(project: Project, manager: Manager) -> str | None:
    return next((name for name in manager.lockfiles if name in existing(project, manager.lockfiles)), None)


def is_berry(project: Project, package: Package) -> bool:
    """Yarn 2 and later, whose lockfile and options are others."""
    major = package.manager.partition("yarn@")[2].partition(".")[0]
    return project.has(".yarnrc.yml") or (major.isdecimal() and major not in ("0", "1"))


def obstacle(project: Project, package: Package, manager: Manager) -> Decline | None:
    """What no recipe of JavaScript can deal with yet."""
    if package.workspaces:
        return Decline("workspaces", "package.json declares workspaces", "name the folder of one application")
    if manager is YARN and is_berry(project, package):
        return Decline("yarn-berry", "the recipe knows Yarn 1; this project uses a later one")
    return None


def install(project: Project, package: Package, manager: Manager) -> str:
    """With development dependencies, from the lockfile where there is one."""
    command = manager.frozen if lockfile(project, manager) else manager.unlocked
    return _joined(_set_up(project, package, manager), guarded(command, package, manager))


def install_production(project: Project, package: Package, manager: Manager) -> str:
    """Without development dependencies."""
    command = manager.frozen if lockfile(project, manager) else manager.unlocked
    pruned = guarded(f"{command} {manager.production}", package, manager, production=True)
    return _joined(_set_up(project, package, manager), pruned)


def guarded(command: str, package: Package, manager: Manager, *, production: bool = False) -> str:
    """All but Yarn run `prepare` in every installation, which a tool for development (husky) must not fail.

    `npm rebuild` then runs all scripts but that one; Bun and pnpm have no such command, and block the
    scripts of dependencies that are not trusted by name in any case.
    """
    if "prepare" not in package.scripts or manager is YARN or "--ignore-scripts" in command:
        return command
    if not production and _harmless(package.scripts["prepare"]):
        return command
    after = "npm rebuild" if manager is NPM else ""
    return _joined(f"{command} --ignore-scripts", after)


def manifests(project: Project, package: Package, manager: Manager) -> tuple[str, ...]:
    """What an installation reads: the lockfile that is there, settings, patches, files of its scripts."""
    names = list(_READ_BY_INSTALL)
    if lock := lockfile(project, manager):
        names.append(lock)
    hooks = " ".join(package.scripts.get(name, "") for name in LIFECYCLE)
    names += [word.removeprefix("./") for word in hooks.split() if word.removeprefix("./") in project.files]
    if "prisma" in hooks or "@prisma/client" in package.dependencies:
        names.append("prisma")
    return existing(project, names)


def _set_up(project: Project, package: Package, manager: Manager) -> str:
    """What makes the program ready where the image does not have it: later Node.js images lack corepack."""
    if manager is not PNPM:
        return ""
    named = re.match(r"pnpm@(\d+(?:\.\d+)*)", package.manager)
    old = re.search(r"^lockfileVersion: *'?[56]\.", project.texts.get("pnpm-lock.yaml", ""), re.MULTILINE)
    return f"npm install --global pnpm@{named[1] if named else 8 if old else 10}"


def _harmless(script: str) -> bool:
    """husky leaves quietly where there is no .git."""
    return script.split()[:1] == ["husky"] or script.split()[:2] == ["is-ci", "||"]


def _joined(*commands: str) -> str:
    return " && ".join(command for command in commands if command)
