from pathlib import Path

import pytest

from stagewright.ecosystems import find
from stagewright.model.design import Decline
from tests.unit.ecosystems.projects import project, recipe

SERVER = """package main

import "html/template"

//go:embed embedded
var files embed.FS

func main() {
	template.ParseGlob("templates/*.html")
	http.HandleFunc("/healthz", health)
	http.ListenAndServe(":8080", nil)
}
"""


def test_a_static_server_with_templates(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {
            "go.mod": "module example.com/shop/v2\n\ngo 1.25.3\n",
            "go.sum": "",
            "main.go": SERVER,
            "main_test.go": "package main",
            "templates/a.html": "",
            "embedded/b.txt": "",
            "internal/x/x.go": "package x",
        },
    )
    assert (found.builder_image, found.runtime_image) == (
        "golang:1.25-bookworm",
        "gcr.io/distroless/static-debian12",
    )
    assert found.manifests == ("go.mod", "go.sum")
    assert found.install == "go mod download" and found.install_production == ""
    assert found.build == (
        'CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w" -o /usr/local/bin/shop .',
    )
    assert found.start == ("/usr/local/bin/shop",)
    assert [output.destination for output in found.outputs] == ["/usr/local/bin/shop"]
    assert found.runtime_files == ("templates",)
    assert found.sources == (
        "embedded",
        "go.mod",
        "go.sum",
        "internal",
        "main.go",
        "main_test.go",
        "templates",
    )
    assert (found.port, found.health_path, found.health) == (8080, "/healthz", ())
    assert found.test == "go test ./..."
    assert (found.user, found.user_name) == ("65532", "nonroot")
    assert found.build[0] in found.naive


@pytest.mark.parametrize(
    ("files", "runtime", "packages"),
    [
        (
            {"go.mod": "module a\nrequire github.com/mattn/go-sqlite3 v1.14.22\n"},
            "gcr.io/distroless/base-debian12",
            (),
        ),
        (
            {"c.go": 'package main\n/*\n#cgo LDFLAGS: -lpq\n*/\nimport "C"\n'},
            "debian:bookworm-slim",
            ("ca-certificates",),
        ),
        (
            {"c.go": 'package main\nimport (\n\t"C"\n)\n'},
            "gcr.io/distroless/base-debian12",
            (),
        ),
        (
            {"c.go": 'package main\nvar x = exec.CommandContext(ctx, "git", "log")\n'},
            "debian:bookworm-slim",
            ("ca-certificates", "git"),
        ),
    ],
)
def test_what_a_program_runs_on(
    tmp_path: Path, files: dict[str, object], runtime: str, packages: tuple[str, ...]
) -> None:
    found = recipe(tmp_path, {"go.mod": "module a\n", "main.go": SERVER, **files})
    assert (found.runtime_image, found.runtime_packages) == (runtime, packages)
    assert ("CGO_ENABLED=1" in found.build[0]) == ("git" not in packages)


def test_a_program_below_cmd_of_an_old_module(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {
            "go.mod": "module example.com/shop\ngo 1.19\n",
            "cmd/shop/main.go": "package main\nfunc main() {}\n",
            "cmd/tool/main.go": "package main\nfunc main() {}\n",
            "vendor/modules.txt": "",
        },
    )
    assert found.builder_image == "golang:1.26-bookworm"
    assert found.build[0].endswith("-o /usr/local/bin/shop ./cmd/shop")
    assert found.install == ""
    assert found.port is None and found.test == ""


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (
            {"a/a.go": "package main\nfunc main() {}\n", "b/b.go": "package main\nfunc main() {}\n"},
            "several-programs",
        ),
        ({"a.go": "package a\n"}, "no-start"),
        ({"go.work": "", "a.go": "package main\nfunc main() {}\n"}, "workspaces"),
    ],
)
def test_what_stands_in_the_way(tmp_path: Path, files: dict[str, object], code: str) -> None:
    read = project(tmp_path, {"go.mod": "module example.com/x\n", **files})
    ecosystem = find(read)
    assert ecosystem is not None
    found = ecosystem.recipe(read)
    assert isinstance(found, Decline) and found.code == code
    assert ecosystem.production_install("go mod download", read) is None


def test_modules_of_the_context_are_read_with_the_roots(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        {
            "go.mod": 'module a\n\nreplace (\n\tb => ./lib/b\n\tx v1.0.0 => x.org/y v1.2.0\n\tz => "../z"\n)',
            "go.work": "use .\nuse (\n\t./c // our own\n)\n",
            "lib/b/go.mod": "module b\n\nreplace d => ../d\n",
            "lib/b/go.sum": "",
            "lib/d/go.mod": "module d\n\nreplace b => ../b\n",
            "c/go.mod": "module c\n",
            "examples/go.mod": "module examples\n",
        },
    )
    ecosystem = find(found)
    assert ecosystem is not None
    assert ecosystem.manifests(found) == (
        "c/go.mod", "go.mod", "go.work", "lib/b/go.mod", "lib/b/go.sum", "lib/d/go.mod",
    )  # fmt: skip


@pytest.mark.parametrize(("test", "alike"), [("runtime.Caller(0)", False), ("t.Fatal()", True)])
def test_tests_that_look_for_files_beside_their_source_keep_its_path(
    tmp_path: Path, test: str, alike: bool
) -> None:
    files = {
        "go.mod": "module a\n",
        "main.go": "package main\nfunc main() {}",
        "a_test.go": f"package main\n{test}",
    }
    assert ("-trimpath" in recipe(tmp_path, dict(files)).test_like) == alike
