"""The recipe of a server or a command-line program, for every package manager."""

from __future__ import annotations

import re

from stagewright.ecosystems.javascript import layout
from stagewright.ecosystems.javascript.commands import direct_start
from stagewright.ecosystems.javascript.layout import CODE, WORKDIR
from stagewright.ecosystems.javascript.managers import (
    BUN,
    Manager,
    install,
    install_production,
    lockfile,
    manifests,
    obstacle,
)
from stagewright.ecosystems.javascript.package import Package, node_image, sources
from stagewright.ecosystems.listening import health_path_of, javascript_probe, port_of
from stagewright.ecosystems.naive import single_stage
from stagewright.ecosystems.selection import build_files, is_test, secret_notes
from stagewright.images import default_user, slim_variant
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.model.recipe import Recipe

PRODUCTION = (("NODE_ENV", "production"),)
BUN_IMAGE = "oven/bun:1"
_PORTS = (
    re.compile(r"\bPORT\b[\"'\])]*\s*(?:\|\||\?\?)\s*[\"']?(?P<port>\d{2,5})\b"),
    re.compile(r"\.listen\(\s*(?P<port>\d{2,5})\b"),
    re.compile(r"\bport\s*[:=]\s*(?:Number\(|parseInt\()?[\"']?(?P<port>\d{2,5})\b", re.IGNORECASE),
)
_SERVES_3000 = re.compile(
    r"\bBun\.serve\(|from [\"']@hono/node-server[\"']|export default \{[^}]{0,2000}\bfetch\b"
    r"|export default app\b"
)
_ENTRIES = tuple(
    f"{folder}{stem}.{suffix}"
    for folder in ("", "src/")
    for stem in ("index", "server", "app", "main")
    for suffix in ("js", "mjs", "cjs", "ts")
)


def server_recipe(project: Project, manager: Manager) -> Recipe | Decline:
    package = Package.read(project)
    if package is None:
        return Decline("broken-manifest", "package.json is not a JSON object")
    if stands := obstacle(project, package, manager):
        return stands
    image = BUN_IMAGE if manager is BUN else node_image(project, package)
    start = _start(project, package, manager)
    if start is None:
        return Decline(
            "no-start",
            "package.json has no start script and no main file",
            'add a "start" script that starts the application',
        )
    installed = install(project, package, manager)
    pruned = install_production(project, package, manager)
    notes = lock_notes(project, manager) + secret_notes(project)
    if tool := _development_tool(package, start):
        pruned = ""
        notes += (f"development dependencies stay: the start script needs {tool}, which is one",)
    built = bool(package.scripts.get("build"))
    outputs = layout.outputs(project, package, start) if built else ()
    texts = [text for _, text in sources(project)]
    port = port_of(project, texts, _PORTS)
    if port is None and any(_SERVES_3000.search(text) for text in texts):
        port = 3000
    path = health_path_of(texts)
    user = default_user(image)
    return Recipe(
        ecosystem=manager.name,
        builder_image=image,
        runtime_image=slim_variant(image) or image,
        workdir=WORKDIR,
        start=start,
        naive=single_stage(
            image,
            WORKDIR,
            (installed, " ".join((*manager.run, "build")) if built else ""),
            _script(manager, "start") if package.scripts.get("start") else start,
            port,
        ),
        manifests=manifests(project, package, manager),
        install=installed,
        install_production=pruned,
        dependencies=(f"{WORKDIR}/node_modules",) if package.dependencies or not pruned else (),
        caches=manager.caches,
        runtime_env=PRODUCTION,
        sources=build_files(project),
        build=(" ".join((*manager.run, "build")),) if built else (),
        outputs=outputs,
        runtime_files=layout.runtime(project, package, start, outputs),
        port=port,
        health_path=path,
        health=() if port is None else javascript_probe("bun" if manager is BUN else "node", port, path),
        test=test_command(project, package, manager),
        development=_development(project, package, manager, start),
        audit=manager.audit,
        user="" if user is None else str(user[0]),
        user_name="" if user is None else user[1],
        notes=notes,
    )


def _start(project: Project, package: Package, manager: Manager) -> tuple[str, ...] | None:
    if package.scripts.get("start"):
        command = _script(manager, "start")
        return direct_start(command, project, dict(PRODUCTION)) or command
    program = "bun" if manager is BUN else "node"
    for entry in (package.main, *_ENTRIES):
        if entry in project.files and (manager is BUN or not entry.endswith("ts")):
            return program, entry
    return None


def _script(manager: Manager, name: str) -> tuple[str, ...]:
    """npm is in every Node.js image, also where the project is installed by another manager."""
    if manager is BUN:
        return "bun", "run", name
    return ("npm", "start") if name == "start" else ("npm", "run", name)


def _development_tool(package: Package, start: tuple[str, ...]) -> str:
    """The development dependency that the start script calls, "" for none."""
    text = package.scripts.get("start", "") if start[0] in ("npm", "bun") else ""
    words = {word.partition("/")[0] if not word.startswith("@") else word for word in text.split()}
    programs = {"ts-node-dev": "ts-node-dev", "tsc": "typescript"}
    wanted = {programs.get(word, word) for word in words}
    return next(iter(sorted(wanted & package.development)), "")


def test_command(project: Project, package: Package, manager: Manager) -> str:
    if package.test_script:
        return "bun run test" if manager is BUN else f"{manager.name} test"
    written = any(is_test(path) and CODE.fullmatch(path) for path in project.files)
    return "bun test" if manager is BUN and written else ""


def _development(
    project: Project, package: Package, manager: Manager, start: tuple[str, ...]
) -> tuple[str, ...]:
    """The `dev` script, else the runtime's own watch mode on an entry that is no output of a build."""
    if package.scripts.get("dev"):
        return (*(("npm", "run") if manager is not BUN else manager.run), "dev")
    words = [word for word in start[1:] if word != "run"]
    for entry in (*words, *(_ENTRIES if start[0] == "bun" else ())):
        if entry.removeprefix("./") in project.files and start[0] in ("node", "bun"):
            return start[0], "--watch", entry
    return ()


def lock_notes(project: Project, manager: Manager) -> tuple[str, ...]:
    if lockfile(project, manager) is None:
        return (f"no lockfile of {manager.name}: every installation may give other versions",)
    return ()
