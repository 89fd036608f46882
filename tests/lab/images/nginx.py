"""nginx and its unprivileged sibling: Debian's nginx in the official image's layout."""

from tests.lab.images.recipe import Recipe

VERSION = "1.26.3"  # trixie's
NAMES = ("stable", "latest", "mainline", "1", "1.26", VERSION)


def recipes() -> tuple[Recipe, ...]:
    base = Recipe(
        "nginx-base",
        ("stagewright-lab/nginx:base",),
        "nginx/Dockerfile",
        arguments=(("NGINX_VERSION", VERSION),),
        needs=("debian-trixie-slim",),
    )
    return (
        base,
        derived("nginx", "nginx", "nginx/Dockerfile.official"),
        derived("nginx-unprivileged", "nginxinc/nginx-unprivileged", "nginx/Dockerfile.unprivileged"),
    )


def derived(name: str, repository: str, dockerfile: str) -> Recipe:
    tags = [f"{repository}:{tag}" for tag in NAMES]
    tags += [f"{repository}:{tag}-trixie" for tag in NAMES if tag != "latest"]
    return Recipe(name, tuple(tags), dockerfile, needs=("nginx-base",))
