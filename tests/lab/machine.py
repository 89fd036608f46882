"""How this machine reaches the package registries; the stand-ins are set up to do the same."""

import re
import shutil
from functools import cache
from pathlib import Path

from tests.lab.commands import LabError, run

BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
PUBLIC = Path("/usr/share/ca-certificates")
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
IMAGE_CA = "/usr/local/share/ca-certificates/stagewright-lab.crt"


@cache
def own_certificates() -> str:
    """The authorities that this machine trusts beyond the public ones, as PEM; empty when there are none."""
    if not BUNDLE.exists():
        return ""
    public = {squeezed(block) for path in PUBLIC.rglob("*.crt") for block in blocks(path)}
    own = {squeezed(block): block for block in blocks(BUNDLE) if squeezed(block) not in public}
    return "".join(f"{own[key]}\n" for key in sorted(own)) if public else ""


def blocks(path: Path) -> list[str]:
    return CERTIFICATE.findall(path.read_text(encoding="ascii", errors="replace"))


def squeezed(block: str) -> str:
    return "".join(block.split())


@cache
def debian_sites() -> tuple[str, str]:
    """The addresses of Debian's main and security archives, as this machine's apt has them."""
    targets = run(["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)"]).splitlines()
    pairs = [tuple(line.split()) for line in sorted(set(targets))]
    main = next((pair[0] for pair in pairs if re.fullmatch(r"[a-z]+", pair[-1])), None)
    security = next((pair[0] for pair in pairs if pair[-1].endswith("-security")), None)
    if main is None or security is None:
        raise LabError("this machine's apt names no Debian archive with its security updates")
    return main, security


def apt_settings() -> str:
    """The lines of this machine's apt configuration that say how to reach an archive."""
    dump = run(["apt-config", "dump"]).splitlines()
    wanted = re.compile(r'^Acquire::(https?::|Check-).*"[^"]+";$', re.IGNORECASE)
    return "".join(f"{line}\n" for line in dump if wanted.match(line))


def copy_certificates(folder: Path) -> None:
    """Lay this machine's own authorities where `update-ca-certificates` takes them from.

    Without the package ca-certificates the file trusts nobody: an image that has no certificates in reality
    has none here. Package managers that bring a list of their own are told of this file by name.
    """
    if own_certificates():
        target = folder / IMAGE_CA.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(own_certificates(), encoding="ascii")
        shutil.chown(target, 0, 0)
