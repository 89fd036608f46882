"""Go modules."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath

from stagewright.ecosystems.go.module import Module, local_modules
from stagewright.ecosystems.listening import health_path_of, port_of
from stagewright.ecosystems.naive import single_stage
from stagewright.ecosystems.selection import build_files, existing, fewest, is_secret, is_test, secret_notes
from stagewright.images import default_user, runtime_base
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.model.recipe import Output, Recipe
from stagewright.project import read_sources

WORKDIR = "/app"
BIN = "/usr/local/bin"
_PORTS = (
    re.compile(r"\bListenAndServe(?:TLS)?\(\s*\"[\w.]*:(?P<port>\d{2,5})\""),
    re.compile(r"\bAddr:\s*\"[\w.]*:(?P<port>\d{2,5})\""),
    re.compile(r"\.(?:Run|Start|Listen)\(\s*(?:\"tcp\",\s*)?\"[\w.]*:(?P<port>\d{2,5})\""),
    re.compile(r"\"PORT\",\s*\":?(?P<port>\d{2,5})\""),
    re.compile(r"(?i)\bport\s*:?=\s*\"?:?(?P<port>\d{2,5})\b"),
    re.compile(r"\"(?:0\.0\.0\.0|localhost)?:(?P<port>\d{4,5})\""),
)
# Debian's packages of programs that a program calls by name.
_PACKAGES = {
    "git": "git",
    "ffmpeg": "ffmpeg",
    "convert": "imagemagick",
    "curl": "curl",
    "ssh": "openssh-client",
    "pg_dump": "postgresql-client",
    "sqlite3": "sqlite3",
    "pdftotext": "poppler-utils",
}


class Go:
    __slots__ = ()
    name = "go"

    def detect(self, project: Project) -> bool:
        return "go.mod" in project.texts

    def recipe(self, project: Project) -> Recipe | Decline:
        if "go.work" in project.texts:
            return Decline("workspaces", "go.work joins several modules", "name the folder of one module")
        module = Module.read(project)
        program = _program(module)
        if isinstance(program, Decline):
            return program
        with_c = module.uses_c()
        runtime, packages = _runtime(module, with_c=with_c)
        binary = f"{BIN}/{_name(module, program)}"
        package = "." if program == "." else f"./{program}"
        # -buildvcs: what stands in .git must not decide what the program's bytes are.
        build = (
            f"CGO_ENABLED={int(with_c)} go build -trimpath -buildvcs=false"
            f' -ldflags="-s -w" -o {binary} {package}'
        )
        sources = [source for _, source in module.code]
        port = port_of(project, sources, _PORTS)
        vendored = project.has("vendor/modules.txt")
        user = default_user(runtime)
        return Recipe(
            ecosystem=self.name,
            builder_image=module.image,
            runtime_image=runtime,
            workdir=WORKDIR,
            start=(binary,),
            naive=single_stage(module.image, WORKDIR, (build,), (binary,), port),
            manifests=self.manifests(project),
            install="" if vendored else "go mod download",
            caches=("/go/pkg/mod", "/root/.cache/go-build"),
            runtime_packages=packages,
            sources=build_files(project),
            build=(build,),
            outputs=(Output("builder", binary, binary, "the program"),),
            runtime_files=_data(module, project),
            port=port,
            health_path=health_path_of(sources),
            test="go test ./..." if any(path.endswith("_test.go") for path in project.files) else "",
            test_alone=True,
            test_like=_test_like(project),
            audit="go run golang.org/x/vuln/cmd/govulncheck@latest ./...",
            user="" if user is None else str(user[0]),
            user_name="" if user is None else user[1],
            notes=secret_notes(project),
        )

    def manifests(self, project: Project) -> tuple[str, ...]:
        names = ("go.mod", "go.sum", "go.work", "go.work.sum")
        return existing(
            project, (posixpath.join(folder, name) for folder in local_modules(project) for name in names)
        )

    def production_install(self, command: str, project: Project) -> str | None:
        """A module knows no development dependencies: what is not imported is not linked."""
        del command, project
        return None

    def direct_start(self, command: tuple[str, ...], project: Project) -> tuple[str, ...] | None:
        del command, project
        return None

    def development_dependencies(self, project: Project) -> frozenset[str]:
        del project
        return frozenset()


def _test_like(project: Project) -> tuple[str, ...]:
    """What decides which code is compiled, and whether what the build compiled serves the tests, too.

    Tests that find their files by the place of their source need that place.
    """
    by_place = any("runtime.Caller" in source for _, source in read_sources(project, (".go",)))
    return ("CGO_ENABLED", "GOFLAGS", "-tags=", "-mod=", *(() if by_place else ("-trimpath",)))


def _program(module: Module) -> str | Decline:
    """The main package's folder: the root's, else the only one, else the one that bears the module's name."""
    found = module.programs()
    if "." in found or len(found) == 1:
        return "." if "." in found else found[0]
    if not found:
        return Decline("no-start", "no package main with a func main was found")
    usual = (PurePosixPath(module.path).name, "server", "api", "app")
    for name in usual:
        if f"cmd/{name}" in found:
            return f"cmd/{name}"
    return Decline(
        "several-programs",
        f"there are several programs: {', '.join(found)}",
        "write a Dockerfile that builds the one that you mean",
    )


def _name(module: Module, program: str) -> str:
    """As `go install` names it: a version's folder at the end of the module's path is no name."""
    parts = PurePosixPath(module.path if program == "." else program).parts or ("app",)
    versioned = len(parts) > 1 and re.fullmatch(r"v\d+", parts[-1])
    return re.sub(r"[^\w.-]", "-", parts[-2] if versioned else parts[-1])


def _runtime(module: Module, *, with_c: bool) -> tuple[str, tuple[str, ...]]:
    """The smallest base that has what the program needs besides itself, and packages to add."""
    called = module.called()
    if called or (with_c and module.links_to_more_than_libc()):
        base = runtime_base(module.image, static=False) or module.image
        return base, tuple(
            sorted({"ca-certificates", *(_PACKAGES[name] for name in called & _PACKAGES.keys())})
        )
    if with_c:
        return "gcr.io/distroless/base-debian12", ()
    return runtime_base(module.image, static=True) or module.image, ()


def _data(module: Module, project: Project) -> tuple[str, ...]:
    """Without Go code and tests that lie between."""
    opened = module.opened(project)

    def kept(path: str) -> bool:
        return path.split("/", 1)[0] in opened and not (
            path.endswith(".go") or is_test(path) or is_secret(path)
        )

    return fewest(project, kept)
