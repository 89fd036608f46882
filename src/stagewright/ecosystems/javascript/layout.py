"""Where a build puts its output, and which files of the context production reads besides."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from stagewright.ecosystems.javascript.package import Package, sources
from stagewright.ecosystems.selection import existing, is_test, runtime_files
from stagewright.model.project import Project
from stagewright.model.recipe import Output

WORKDIR = "/app"
CODE = re.compile(r".+\.[mc]?[jt]sx?")
_TYPED = re.compile(r".+\.(?:[mc]?ts|tsx)")
_BUILT = ("dist", "build", "out", ".output")
_OUT_OPTION = re.compile(r"--(?:out-?dir|out-?file|outDir|dist|out)[= ]['\"]?(?:\./)?(?P<path>\w[\w./-]*)")
_OUT_SETTING = re.compile(r'"outDir"\s*:\s*"(?:\./)?([\w./-]+?)/?"')


def outputs(project: Project, package: Package, start: tuple[str, ...]) -> tuple[Output, ...]:
    """What the build makes: where the start looks for it, else where its settings put it."""
    place = started_folder(project, package, start) or _configured_folder(project, package) or "dist"
    found = [Output("builder", f"{WORKDIR}/{place}", f"{WORKDIR}/{place}", "built by the build script")]
    if "@prisma/client" in package.dependencies:
        client = f"{WORKDIR}/node_modules/.prisma"
        found.append(Output("builder", client, client, "the generated Prisma client"))
    return tuple(found)


def started_folder(project: Project, package: Package, start: tuple[str, ...]) -> str:
    """The folder of built code that the start names, "" when it runs the source."""
    words = [*start[1:], *package.scripts.get("start", "").split()]
    for word in (package.main if word == "." else word for word in words):
        path = PurePosixPath(word.removeprefix("./"))
        if len(path.parts) < 2 or word.startswith(("-", "/", "node_modules")):
            continue
        written = str(path) in project.files or f"{path}.js" in project.files
        return path.parts[0] if path.parts[0] in _BUILT or not written else ""
    return ""


def runtime(
    project: Project, package: Package, start: tuple[str, ...], made: tuple[Output, ...]
) -> tuple[str, ...]:
    """Interpreted code whole; of built code only what it may open besides: what a literal names."""
    folders_made = {PurePosixPath(output.source).relative_to(WORKDIR).parts[0] for output in made}
    if not made or not started_folder(project, package, start):
        return runtime_files(project, folders_made)
    texts = "\n".join(text for _, text in sources(project))
    data = set()
    for path in project.files:
        top, slash, _ = path.partition("/")
        of_a_build = _TYPED.fullmatch(path) if slash else CODE.fullmatch(path) or top.startswith("tsconfig")
        if not of_a_build and not is_test(path) and top not in folders_made | {"src"} and _named(top, texts):
            data.add(top)
    return existing(project, {"package.json", *data})


def _configured_folder(project: Project, package: Package) -> str:
    if match := _OUT_OPTION.search(package.scripts.get("build", "")):
        path = PurePosixPath(match["path"])
        return str(path.parent) if path.suffix and len(path.parts) > 1 else str(path)
    match = _OUT_SETTING.search(project.texts.get("tsconfig.json", ""))
    return match[1] if match else ""


def _named(name: str, texts: str) -> bool:
    """Whether a literal names it: `"views"`, `'./public/'`, `join(root, "migrations")`."""
    return re.search(rf"[\"'`/](?:\.{{1,2}}/)*{re.escape(name)}[\"'`/]", texts) is not None
