"""Next.js: its standalone output, or `next start` with production's dependencies."""

from __future__ import annotations

import re
from dataclasses import replace

from stagewright.ecosystems.javascript.family import JavaScript
from stagewright.ecosystems.javascript.layout import WORKDIR
from stagewright.ecosystems.javascript.managers import BUN, manager_of
from stagewright.ecosystems.javascript.package import Package, node_image, sources
from stagewright.ecosystems.javascript.server import PRODUCTION, server_recipe
from stagewright.ecosystems.javascript.vite import VALUES, baked
from stagewright.ecosystems.listening import composed_port, health_path_of, javascript_probe
from stagewright.ecosystems.naive import single_stage
from stagewright.ecosystems.selection import existing
from stagewright.images import slim_variant
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.model.recipe import Output, Recipe

_CONFIG = re.compile(r"next\.config\.\w+")
_STANDALONE = re.compile(r"\boutput\s*:\s*[\"']standalone[\"']")
_EXPORT = re.compile(r"\boutput\s*:\s*[\"']export[\"']")
_NEXT = f"{WORKDIR}/.next"


class Next(JavaScript):
    __slots__ = ()
    name = "next"

    def detect(self, project: Project) -> bool:
        package = Package.read(project)
        return package is not None and "next" in package.dependencies and bool(package.scripts.get("build"))

    def recipe(self, project: Project) -> Recipe | Decline:
        package = Package.read(project) or Package()
        manager = manager_of(project, package)
        recipe = server_recipe(project, manager)
        if isinstance(recipe, Decline):
            return recipe
        settings = "\n".join(text for path, text in project.texts.items() if _CONFIG.fullmatch(path))
        if _EXPORT.search(settings):
            return Decline(
                "next-export", "the settings ask for a static export, which no server of Next.js serves"
            )
        image = node_image(project, package) if manager is BUN else recipe.builder_image
        port = composed_port(project) or 3000
        path = health_path_of(_routes(project))
        common = replace(
            recipe,
            ecosystem=self.name,
            naive=single_stage(
                recipe.builder_image, WORKDIR, (recipe.install, *recipe.build), (*manager.run, "start"), port
            ),
            runtime_image=slim_variant(image) or image,
            builder_env=(("NEXT_TELEMETRY_DISABLED", "1"),),
            build_args=baked(project, "NEXT_PUBLIC_"),
            sources=tuple(sorted({*recipe.sources, *existing(project, VALUES)})),
            port=port,
            health_path=path,
            health=javascript_probe("node", port, path),
            user="1000",
            user_name="node",
        )
        return _standalone(common, project) if _STANDALONE.search(settings) else _whole(common, project)


def _standalone(recipe: Recipe, project: Project) -> Recipe:
    """The output brings its own pruned node_modules, but neither `static` nor `public`."""
    outputs = [
        Output("builder", f"{_NEXT}/standalone", WORKDIR, "the server and what it needs of node_modules"),
        Output("builder", f"{_NEXT}/static", f"{_NEXT}/static", "scripts and styles for the browser"),
    ]
    if existing(project, ("public",)):
        outputs.append(Output("builder", f"{WORKDIR}/public", f"{WORKDIR}/public", "public files"))
    return replace(
        recipe,
        install_production="",
        dependencies=(),
        outputs=tuple(outputs),
        runtime_files=(),
        start=("node", "server.js"),
        # The container's own name stands in HOSTNAME, and the server would listen there alone.
        runtime_env=(*PRODUCTION, ("HOSTNAME", "0.0.0.0"), ("PORT", str(recipe.port))),  # noqa: S104
    )


def _whole(recipe: Recipe, project: Project) -> Recipe:
    settings = [path for path in project.texts if _CONFIG.fullmatch(path)]
    return replace(
        recipe,
        outputs=(Output("builder", _NEXT, _NEXT, "the built application"),),
        runtime_files=existing(project, ("package.json", "public", *settings)),
        start=("node", "node_modules/next/dist/bin/next", "start"),
    )


def _routes(project: Project) -> list[str]:
    """Route handlers are files: `app/api/health/route.ts` is `/api/health`."""
    pattern = re.compile(r"(?:src/)?(?:app|pages)(/[\w/-]*?)(?:/route|/index)?\.[jt]sx?")
    return [f"'{match[1]}'" for path, _ in sources(project) if (match := pattern.fullmatch(path))]
