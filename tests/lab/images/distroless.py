"""The distroless images, made as they are in reality: of Debian packages that are unpacked, not installed."""

from tests.lab.images.recipe import Recipe

RELEASES = {"bookworm": "debian12", "trixie": "debian13"}
BARE = "bookworm"
"""Which release a name without one means."""
STATIC = ("base-files", "media-types", "netbase", "tzdata")
FLAVOURS = {
    "bookworm": {
        "static": STATIC,
        "base": (*STATIC, "libc6", "libssl3"),
        "cc": (*STATIC, "libc6", "libssl3", "gcc-12-base", "libgcc-s1", "libgomp1", "libstdc++6"),
    },
    "trixie": {
        "static": STATIC,
        "base": (*STATIC, "libc6", "libssl3t64", "libzstd1", "zlib1g"),
        "cc": (
            *(*STATIC, "libc6", "libssl3t64", "libzstd1", "zlib1g"),
            *("gcc-14-base", "libgcc-s1", "libgomp1", "libstdc++6"),
        ),
    },
}
USERS = {"root": ("0", "/"), "nonroot": ("65532", "/home/nonroot")}


def recipes() -> tuple[Recipe, ...]:
    return tuple(
        distroless(flavour, release, user)
        for release in RELEASES
        for flavour in FLAVOURS[release]
        for user in USERS
    )


def distroless(flavour: str, release: str, user: str) -> Recipe:
    repositories = [f"gcr.io/distroless/{flavour}-{RELEASES[release]}"]
    if release == BARE:
        repositories.append(f"gcr.io/distroless/{flavour}")
    names = ("nonroot",) if user == "nonroot" else ("latest",)
    number, home = USERS[user]
    packages = " ".join(FLAVOURS[release][flavour])
    arguments = (("RELEASE", release), ("PACKAGES", packages), ("USER_ID", number), ("HOME_DIR", home))
    return Recipe(
        f"distroless-{flavour}-{RELEASES[release]}-{user}",
        tuple(f"{repository}:{name}" for repository in repositories for name in names),
        "distroless/Dockerfile",
        arguments=arguments,
        needs=(f"buildpack-deps-{release}-curl",),
    )
