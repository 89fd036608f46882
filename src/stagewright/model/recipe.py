"""What an ecosystem knows of one project: how to install, build, prune, run, watch and probe it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Output:
    """Something that production gets from an earlier stage; both are absolute paths in the images."""

    stage: str
    source: str
    destination: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Commands are shell text as a RUN takes it; paths without a leading slash lie in the context.

    `manifests` are what the installation reads (lockfile included), `sources` what the build reads
    besides, `runtime_files` what production reads of the context itself. `caches` are absolute paths
    for cache mounts. `install_production` is "" where development dependencies are not a thing of
    their own. `user` is the number of the base's unprivileged user, "" where one must be made.
    `health` is an exec-form probe by means that the runtime base has, () where nothing listens.
    `test_alone`: the tests need no dependency that an installation for production leaves out.
    `test_like` names the variables and options of the build that the tests are told alike; an option that
    takes a value ends in `=`.
    `naive` is the single-stage Dockerfile that people write for such a project.
    """

    ecosystem: str
    builder_image: str
    runtime_image: str
    workdir: str
    start: tuple[str, ...]
    naive: str
    manifests: tuple[str, ...] = ()
    install: str = ""
    install_production: str = ""
    dependencies: tuple[str, ...] = ()
    caches: tuple[str, ...] = ()
    builder_env: tuple[tuple[str, str], ...] = ()
    runtime_env: tuple[tuple[str, str], ...] = ()
    build_packages: tuple[str, ...] = ()
    runtime_packages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    build_args: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()
    runtime_files: tuple[str, ...] = ()
    port: int | None = None
    health_path: str = "/"
    health: tuple[str, ...] = ()
    test: str = ""
    test_alone: bool = False
    test_like: tuple[str, ...] = ()
    development: tuple[str, ...] = ()
    audit: str = ""
    user: str = ""
    user_name: str = ""
    notes: tuple[str, ...] = ()
