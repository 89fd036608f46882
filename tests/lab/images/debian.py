"""Debian's own images, and buildpack-deps on top of them."""

import shutil
import tempfile
from pathlib import Path

from tests.lab import machine, packages
from tests.lab.commands import run
from tests.lab.images.recipe import FOLDER, Recipe
from tests.lab.paths import TEMPORARY

HOOK = "/usr/share/mmdebstrap/hooks/merged-usr"
# What debuerreotype's slimify takes away, besides the copyright files that stay.
SLIM_AWAY = ("doc", "doc-base", "groff", "info", "linda", "lintian", "locale", "man")
RELEASES = {"bookworm": ("12",), "trixie": ("13", "stable", "latest")}


def recipes() -> tuple[Recipe, ...]:
    return tuple(recipe for release in RELEASES for recipe in release_recipes(release))


def release_recipes(release: str) -> tuple[Recipe, ...]:
    names = (release, *RELEASES[release])
    slim = tuple(f"debian:{name}-slim" for name in names if name != "latest")
    return (
        base(f"debian-{release}-slim", slim, release, slim=True),
        base(f"debian-{release}", tuple(f"debian:{name}" for name in names), release, slim=False),
    )


def base(name: str, tags: tuple[str, ...], release: str, *, slim: bool) -> Recipe:
    def prepare(context: Path) -> None:
        root_file_system(release, slim, context / "rootfs.tar")

    return Recipe(name, tags, "debian/Dockerfile", prepare=prepare, versions=(release, f"slim={slim}"))


def ubuntu_recipes() -> tuple[Recipe, ...]:
    """Ubuntu's nearest siblings: the Debian whose C library is the next newer one."""
    return tuple(
        Recipe(
            f"ubuntu-{number}",
            tuple(f"ubuntu:{tag}" for tag in (number, codename, *more)),
            "ubuntu/Dockerfile",
            arguments=(("RELEASE", release), ("USER_NAME", user)),
            needs=(f"debian-{release}",),
        )
        for number, codename, release, user, *more in (
            ("22.04", "jammy", "bookworm", ""),
            ("24.04", "noble", "trixie", "ubuntu", "latest"),
        )
    )


def buildpack_recipes() -> tuple[Recipe, ...]:
    return tuple(
        Recipe(
            f"buildpack-deps-{release}{suffix}",
            (f"buildpack-deps:{release}{suffix}",),
            f"buildpack-deps/Dockerfile{suffix}",
            arguments=(("RELEASE", release),),
            needs=(needed.format(release),),
        )
        for release in RELEASES
        for suffix, needed in (
            ("-curl", "debian-{}"),
            ("-scm", "buildpack-deps-{}-curl"),
            ("", "buildpack-deps-{}-scm"),
        )
    )


def root_file_system(release: str, slim: bool, archive: Path) -> None:
    """Write a tar of Debian's minimal system as the official image has it."""
    packages.ensure({"mmdebstrap": "mmdebstrap"})
    with tempfile.TemporaryDirectory(dir=TEMPORARY, prefix="rootfs-") as temporary:
        root = Path(temporary) / "root"
        main, security = machine.debian_sites()
        sources = [
            f"deb {main} {release} main",
            f"deb {main} {release}-updates main",
            f"deb {security} {release}-security main",
        ]
        options = ["--quiet", "--mode=root", "--format=directory", "--variant=minbase"]
        options += ["--include=usr-is-merged", f"--hook-dir={HOOK}"]
        options += [f"--aptopt={line}" for line in machine.apt_settings().splitlines()]
        run(["mmdebstrap", *options, release, root, *sources], attempts=2)
        settle(root, release, main, security)
        if slim:
            make_slim(root)
        # 0555 is what a temporary directory lacks; an image's root is open to everybody.
        root.chmod(0o755)
        run(["tar", "--numeric-owner", "--sort=name", "--xattrs", "-C", root, "-cf", archive, "."])


def settle(root: Path, release: str, main: str, security: str) -> None:
    """Configuration as the official image has it, in place of mmdebstrap's."""
    (root / "etc/apt/sources.list").unlink()
    for path in (root / "etc/apt/apt.conf.d").glob("99mmdebstrap"):
        path.unlink()
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    if not (root / keyring.lstrip("/")).exists():
        keyring = "/usr/share/keyrings/debian-archive-keyring.pgp"
    stanzas = [(main, f"{release} {release}-updates"), (security, f"{release}-security")]
    text = "\n".join(
        f"Types: deb\nURIs: {site}\nSuites: {suites}\nComponents: main\nSigned-By: {keyring}\n"
        for site, suites in stanzas
    )
    (root / "etc/apt/sources.list.d/debian.sources").write_text(text, encoding="utf-8")
    shutil.copytree(FOLDER / "debian/files", root, dirs_exist_ok=True, symlinks=True)
    (root / "usr/sbin/policy-rc.d").chmod(0o755)
    settings = machine.apt_settings()
    if settings:
        (root / "etc/apt/apt.conf.d/99stagewright-lab").write_text(settings, encoding="utf-8")
    for name in ("etc/machine-id", "etc/hostname", "etc/resolv.conf"):
        (root / name).write_text("", encoding="ascii")
    for path in [*(root / "var/cache/apt").glob("*.bin"), *(root / "var/lib/apt/lists").glob("*_*")]:
        path.unlink()
    for path in (root / "var/log").rglob("*"):
        if path.is_file():
            path.write_bytes(b"")
    machine.copy_certificates(root)


def make_slim(root: Path) -> None:
    """Take documentation, manuals and translations away, and keep dpkg from bringing them back."""
    share = root / "usr/share"
    for name in SLIM_AWAY:
        for path in sorted((share / name).rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                if not any(path.iterdir()):
                    path.rmdir()
            elif name != "doc" or path.name != "copyright":
                path.unlink()
    rules = [f"path-exclude /usr/share/{name}/*\n" for name in SLIM_AWAY]
    rules.append("path-include /usr/share/doc/*/copyright\n")
    (root / "etc/dpkg/dpkg.cfg.d/docker").write_text("".join(rules), encoding="ascii")
