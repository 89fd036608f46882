"""Changes of production's files, each made by one more RUN at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stagewright.model.image import Entry
from tests.mutants.design import ProvedDesign
from tests.mutants.mutant import Mutant

_SHELL = "/bin/sh"
# A directory of one dependency, whole; what installs packages and what is noted about them is none.
_DEPENDENCY = re.compile(
    r"(/.*/(?:site-packages|node_modules)/(?!pip|setuptools|wheel|_|[^/]*\.(?:dist|egg)-info)[a-zA-Z@][^/]*)/.*"
)
_OF_DEPENDENCIES = re.compile(r".*/(?:site-packages|node_modules)/.*")
_CONFIGURATION = ("/etc/nsswitch.conf", "/etc/ssl/openssl.cnf", "/etc/mime.types", "/etc/services")


def changed_files(design: ProvedDesign) -> Iterator[Mutant]:
    """In a fixed order; none where production has no shell to make them."""
    if design.image.resolve(_SHELL) is None:
        return
    yield from _application(design)
    yield from _dependencies(design)
    yield from _byte_code(design)
    yield from _libraries(design)
    yield from _system(design)


def _application(design: ProvedDesign) -> Iterator[Mutant]:
    own = [entry for entry in _copied(design) if not _OF_DEPENDENCIES.fullmatch(entry.path)]
    own = [entry for entry in own if entry.path.startswith(design.image.config.workdir + "/")]
    for entry in own:
        yield _run(design, f"rm {entry.path}", entry.path)
    for entry in own[:2]:
        yield _run(design, f"printf x >> {entry.path}", entry.path)
    for entry in own[-1:]:
        yield _run(design, f"chmod 0604 {entry.path}", entry.path)
        yield _run(design, f"chown 4711 {entry.path}", entry.path)
        yield _run(design, f"chmod u+s {entry.path}", entry.path)
        yield _run(design, f"mv {entry.path} {entry.path}.bak", entry.path)
        yield _run(design, f"mv {entry.path} /tmp/x && ln -s /tmp/x {entry.path}", entry.path)
    workdir = design.image.config.workdir
    yield _run(design, f"chmod 0700 {workdir}", workdir)
    yield _run(design, f"touch {workdir}/mutant", f"{workdir}/mutant")


def _dependencies(design: ProvedDesign) -> Iterator[Mutant]:
    files: dict[str, list[Entry]] = {}
    for entry in _copied(design):
        if found := _DEPENDENCY.fullmatch(entry.path):
            files.setdefault(found[1], []).append(entry)
    for folder in sorted(files, key=lambda folder: -len(files[folder]))[:4]:
        yield _run(design, f"rm -r {folder}", folder)
    for folder in sorted(files)[:2]:
        code = next((item.path for item in files[folder] if item.path.endswith((".py", ".js"))), "")
        if code:
            yield _run(design, f"rm {code}", code)
            yield _run(design, f"printf x >> {code}", code)
            yield _run(design, f"chmod 0 {code}", code)


def _byte_code(design: ProvedDesign) -> Iterator[Mutant]:
    """What Python runs although the source beside it says otherwise: its header stays."""
    cached = [path for path in design.image.entries if "/site-packages/" in path and path.endswith(".pyc")]
    own = [path for path in cached if path not in design.base.entries]
    for path in dict.fromkeys((*own[:1], *own[-1:])):
        yield _run(design, f"printf x | dd of={path} bs=1 seek=16 conv=notrunc", path)


def _libraries(design: ProvedDesign) -> Iterator[Mutant]:
    """Libraries that a program or another library of the image needs: of packages, of the base."""
    elf = design.image.elf
    needed = {name for file in elf.values() for name in file.needed}
    shared = sorted(path for path, file in elf.items() if file.soname in needed)
    added = [path for path in shared if path not in design.base.entries]
    own = [path for path in shared if path in design.base.entries and "libc.so" not in path]
    for path in dict.fromkeys((*added[:2], *own[:2], *own[-1:])):
        yield _run(design, f"rm {path}", path)


def _system(design: ProvedDesign) -> Iterator[Mutant]:
    entries = design.image.entries
    there = [path for path in _CONFIGURATION if path in entries]
    for path in there:
        yield _run(design, f"rm {path}", path)
    for path in there[:2]:
        yield _run(design, f"printf x >> {path}", path)
    yield _run(design, "echo mutant:x:0:0::/:/bin/sh >> /etc/passwd", "/etc/passwd")
    yield _run(design, "chmod 0666 /etc/passwd", "/etc/passwd")
    lending = [entry.path for entry in entries.values() if entry.type == "file" and entry.mode & 0o4000]
    for path in lending[:2]:
        yield _run(design, f"chmod u-s {path}", path)
    for path in ("/usr/bin/env", "/usr/bin/id"):
        yield _run(design, f"chmod u+s {path}", path)
    yield _run(design, "rm /usr/bin/env", "/usr/bin/env")
    yield _run(design, "chmod 0755 /tmp", "/tmp")
    yield _run(design, "cp /bin/true /usr/local/bin/mutant", "/usr/local/bin/mutant")
    if dict(design.image.config.env).get("PATH", "").startswith("/usr/local/"):
        yield _run(design, "cp /bin/true /usr/local/sbin/sh", "/usr/local/sbin/sh")


def _copied(design: ProvedDesign) -> list[Entry]:
    """The files that neither the base nor a package brought, byte code apart, in path order."""
    brought = design.base.entries.keys() | design.packages.owner.keys()
    return [
        entry
        for path, entry in design.image.entries.items()
        if entry.type == "file" and path not in brought and not path.endswith(".pyc")
    ]


def _run(design: ProvedDesign, command: str, *names: str) -> Mutant:
    return Mutant(command, f"{design.dockerfile.text}RUN {command}\n", names)
