"""Static front ends: built with Vite or a sibling, served by an unprivileged nginx."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stagewright.ecosystems.javascript.family import JavaScript
from stagewright.ecosystems.javascript.layout import WORKDIR
from stagewright.ecosystems.javascript.managers import BUN, install, manager_of, manifests, obstacle
from stagewright.ecosystems.javascript.package import Package, node_image, sources
from stagewright.ecosystems.javascript.server import BUN_IMAGE, lock_notes, test_command
from stagewright.ecosystems.naive import single_stage
from stagewright.ecosystems.selection import build_files, existing
from stagewright.images import default_user
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.model.recipe import Output, Recipe

SERVER = "nginxinc/nginx-unprivileged:stable"
PAGES = "/usr/share/nginx/html"
# Read by the build, which bakes their values in; the local ones are nobody else's.
VALUES = (".env", ".env.production")


@dataclass(frozen=True, slots=True)
class Builder:
    """`command` is what the build script calls; `variables` the prefix of what it bakes in."""

    command: str
    output: str
    variables: str
    preview: tuple[str, ...]
    port: int


BUILDERS = (
    Builder("vite build", "dist", "VITE_", ("vite", "preview"), 4173),
    Builder("react-scripts build", "build", "REACT_APP_", ("react-scripts", "start"), 3000),
    Builder("astro build", "dist", "PUBLIC_", ("astro", "preview"), 4321),
    Builder("vue-cli-service build", "dist", "VUE_APP_", ("vue-cli-service", "serve"), 8080),
)
_PREVIEWS = re.compile(
    r"(?:npx )?(?:vite|astro|react-scripts|vue-cli-service|serve|http-server|npm run (?:dev|preview|serve))\b"
)
_RENDERS_ON_A_SERVER = frozenset(
    {
        *("@astrojs/node", "@astrojs/vercel", "@astrojs/netlify", "@astrojs/cloudflare", "@sveltejs/kit"),
        *("@builder.io/qwik-city", "@solidjs/start", "vike", "vite-plugin-ssr", "@tanstack/react-start"),
    }
)
_OUT_DIR = re.compile(r"\boutDir\s*:\s*[\"'](?:\./)?([\w./-]+)[\"']")


class Vite(JavaScript):
    __slots__ = ()
    name = "vite"

    def detect(self, project: Project) -> bool:
        package = Package.read(project)
        if package is None or builder_of(package) is None:
            return False
        start = package.scripts.get("start", "")
        renders = bool(_RENDERS_ON_A_SERVER & (package.dependencies | package.development))
        return not renders and (not start or _PREVIEWS.match(start) is not None)

    def recipe(self, project: Project) -> Recipe | Decline:
        package = Package.read(project)
        builder = None if package is None else builder_of(package)
        if package is None or builder is None:
            return Decline("broken-manifest", "package.json has no build script that is known")
        manager = manager_of(project, package)
        if stands := obstacle(project, package, manager):
            return stands
        image = BUN_IMAGE if manager is BUN else node_image(project, package)
        installed = install(project, package, manager)
        build = " ".join((*manager.run, "build"))
        output = f"{WORKDIR}/{_output(project, builder)}"
        user = default_user(SERVER)
        watch = next((name for name in ("dev", "start", "serve") if name in package.scripts), "")
        runner = ("bun", "run") if manager is BUN else ("npm", "run")
        return Recipe(
            ecosystem=self.name,
            builder_image=image,
            runtime_image=SERVER,
            workdir=WORKDIR,
            start=("nginx", "-g", "daemon off;"),
            naive=single_stage(
                image, WORKDIR, (installed, build), _preview(package, builder, runner), builder.port
            ),
            manifests=manifests(project, package, manager),
            install=installed,
            caches=manager.caches,
            sources=tuple(sorted({*build_files(project), *existing(project, VALUES)})),
            build=(build,),
            build_args=baked(project, builder.variables),
            outputs=(Output("builder", output, PAGES, "the built site"),),
            port=builder.port,
            health=("curl", "-fsS", "-o", "/dev/null", f"http://127.0.0.1:{builder.port}/"),
            test=test_command(project, package, manager),
            development=(*runner, watch, "--", "--host", "0.0.0.0") if watch else (),  # noqa: S104
            audit=manager.audit,
            user="" if user is None else str(user[0]),
            user_name="" if user is None else user[1],
            notes=lock_notes(project, manager),
        )


def builder_of(package: Package) -> Builder | None:
    script = package.scripts.get("build", "")
    if "--ssr" in script:
        return None
    return next((builder for builder in BUILDERS if builder.command in script), None)


def baked(project: Project, prefix: str) -> tuple[str, ...]:
    """Names of the variables with this prefix that the code reads, sorted."""
    pattern = re.compile(rf"\b(?:process\.env|import\.meta\.env)\.({prefix}\w+)")
    return tuple(sorted({name for _, text in sources(project) for name in pattern.findall(text)}))


def _output(project: Project, builder: Builder) -> str:
    settings = "\n".join(text for path, text in sources(project) if ".config." in path and "/" not in path)
    match = _OUT_DIR.search(settings)
    return match[1] if match else builder.output


def _preview(package: Package, builder: Builder, runner: tuple[str, ...]) -> tuple[str, ...]:
    script = next((name for name in ("preview", "serve") if name in package.scripts), "")
    host = ("--host", "0.0.0.0")  # noqa: S104
    return (*runner, script, "--", *host) if script else ("npx", *builder.preview, *host)
