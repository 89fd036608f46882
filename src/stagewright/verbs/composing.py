"""The images of the services that a proof brings up, built or fetched once before anything is run."""

from __future__ import annotations

from dataclasses import replace

from stagewright.engine import BuildFailed, BuildRequest, Engine
from stagewright.errors import UsageError
from stagewright.model.composition import Service
from stagewright.model.request import Watching
from stagewright.verbs.sides import Watcher, fetched


def with_images(engine: Engine, watching: Watching, watcher: Watcher | None = None) -> Watching:
    """Each dependency with an image that the engine has.

    Raises UsageError for one that cannot be built or had, RegistryFault for a passing fault.
    """
    composition = watching.composition
    ready = tuple(_with_image(engine, service, watcher) for service in composition.dependencies)
    return replace(watching, composition=replace(composition, dependencies=ready))


def _with_image(engine: Engine, service: Service, watcher: Watcher | None) -> Service:
    build = service.build
    if build is None:
        return replace(service, image=fetched(engine, service.image))
    request = BuildRequest(
        build.context, dockerfile=build.dockerfile, target=build.target, build_args=build.args
    )
    try:
        return replace(service, image=engine.build(request, watcher).ref, build=None)
    except BuildFailed as error:
        raise UsageError(f"service '{service.name}' cannot be built: {error}", error.hint) from error
