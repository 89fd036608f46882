"""The oldest engine that is supported: Debian 12's docker.io, unpacked and not installed."""

import shutil
import tempfile
from pathlib import Path

from tests.lab import binaries, packages
from tests.lab.paths import CACHE, TEMPORARY

HOME = CACHE / "engine-oldest"
PROGRAMS = HOME / "docker.io"
LIBRARIES = {
    "libdevmapper1.02.1": "/lib/x86_64-linux-gnu/libdevmapper.so.1.02.1",
    "libseccomp2": "/usr/lib/x86_64-linux-gnu/libseccomp.so.2",
    "libsystemd0": "/usr/lib/x86_64-linux-gnu/libsystemd.so.0",
}
# Installed, they would start services and take the machine's own socket.
SOURCES = {
    "docker.io": ("usr/sbin/dockerd", "usr/sbin/docker-proxy"),
    "containerd": ("usr/bin/containerd", "usr/bin/containerd-shim-runc-v2"),
    "runc": ("usr/sbin/runc",),
}


def ensure() -> Path:
    """Return the folder with the programs."""
    if not PROGRAMS.exists():
        packages.ensure(LIBRARIES)
        with tempfile.TemporaryDirectory(dir=TEMPORARY, prefix="oldest-unpacking-") as temporary:
            output = Path(temporary) / "bin"
            output.mkdir()
            for package, programs in SOURCES.items():
                root = Path(temporary) / package
                binaries.unpack_debian(package, root)
                for program in programs:
                    shutil.move(root / program, output / Path(program).name)
            binaries.ensure_init(output)
            HOME.mkdir(exist_ok=True)
            output.rename(PROGRAMS)
    return PROGRAMS
