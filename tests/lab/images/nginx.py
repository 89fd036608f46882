"""nginx and its unprivileged sibling, in the official image's layout."""

from tests.lab.images.recipe import Recipe

VERSION = "1.26.3"  # trixie's
NAMES = ("stable", "latest", "mainline", "1", "1.26", VERSION)


def recipes() -> tuple[Recipe, ...]:
    """Debian's nginx on slim Debian."""
    tags = (*NAMES, *(f"{name}-trixie" for name in NAMES if name != "latest"))
    return family("nginx", "nginx/Dockerfile", "debian-trixie-slim", tags)


def alpine_recipes() -> tuple[Recipe, ...]:
    """The same source, compiled for musl."""
    tags = ("alpine", *(f"{name}-alpine" for name in NAMES if name != "latest"))
    return family("nginx-alpine", "nginx/Dockerfile.alpine", "alpine", tags, "debian-trixie")


def family(
    name: str, dockerfile: str, base: str, tags: tuple[str, ...], *builders: str
) -> tuple[Recipe, ...]:
    """What the official and the unprivileged image have in common, and the two."""
    common = f"stagewright-lab/{name}:base"
    return (
        Recipe(
            f"{name}-base",
            (common,),
            dockerfile,
            arguments=(("NGINX_VERSION", VERSION),),
            needs=(base, *builders),
        ),
        *(
            Recipe(
                f"{name}-{kind}",
                tuple(f"{repository}:{tag}" for tag in tags),
                f"nginx/Dockerfile.{kind}",
                arguments=(("BASE", common),),
                needs=(f"{name}-base",),
            )
            for kind, repository in (("official", "nginx"), ("unprivileged", "nginxinc/nginx-unprivileged"))
        ),
    )
