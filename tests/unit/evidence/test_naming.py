"""Files that something that runs may name, by whatever part of their names is written down."""

from __future__ import annotations

import json

import pytest

from stagewright.evidence import naming, readers, settings
from stagewright.evidence.judge import learn
from stagewright.model.evidence import Evidence
from stagewright.model.image import Elf, ImageConfig
from stagewright.model.project import Project
from tests.unit.images_of import Layer, Link, tree_of

PATH = ("PATH", "/usr/local/bin:/usr/bin:/bin")
BASE: Layer = (
    "base",
    {
        f"/usr/local/bin/{name}": ""
        for name in ("python", "node", "make", "mkdocs", "nginx", "tsx", "bun", "uv")
    },
)
Files = dict[str, str | Link | Elf | None]
TEST = "def test_it(): ..."


def judged(files: Files, *start: str, env: tuple[tuple[str, str], ...] = ()) -> Evidence:
    from pathlib import Path

    config = ImageConfig(env=(PATH, *env), cmd=start, workdir="/app")
    return learn(
        tree_of(BASE, ("COPY . .", files), config=config), tree_of(BASE), Project(Path("/project"), {})
    )


@pytest.mark.parametrize(
    "code",
    [
        "open(f'docs/{name}.md')",
        "open('docs/' + name)",
        "open('/app/docs/' + name)",
        "open(os.path.join('/app/docs', name))",
        "open(os.path.join(os.path.dirname(__file__), 'docs', name))",
        "open(os.path.join(BASE, name + '.md'))",
        "open('%s.md' % name)",
        "glob.glob('docs/*.md')",
        "Path(ROOT).rglob('*.{md,txt}')",
        "os.listdir(os.environ['WHERE'])",
        "open('docs/one.md')  # it isn't quoted well",
    ],
)
def test_a_file_that_code_may_name_stays(code: str) -> None:
    path = "/app/docs/one.md"
    assert path not in judged({"/app/pages/main.py": code, path: ""}, "python", "pages/main.py").reasons
    assert path in judged({"/app/pages/main.py": "open('x')", path: ""}, "python", "pages/main.py").reasons


@pytest.mark.parametrize(
    ("files", "path"),
    [
        (
            {"/app/main.py": "def f():\n    from .routes import (\n        ab_test,\n    )"},
            "/app/routes/ab_test.py",
        ),
        ({"/app/main.py": "import core.test.fake"}, "/app/core/test/fake.py"),
        ({"/app/main.py": "import_module(f'plugins.{name}')"}, "/app/plugins/ab_test.py"),
        ({"/app/main.py": "pkgutil.iter_modules(plugins.__path__)"}, "/app/plugins/ab_test.py"),
        ({"/app/main.py": "", "/app/conf/shop.ini": "fixtures = tests/data"}, "/app/tests/data/a.json"),
    ],
)
def test_a_module_that_looks_like_a_test_stays_where_it_is_imported(files: Files, path: str) -> None:
    tests: Files = {path: TEST, "/app/tests/test_it.py": TEST}
    assert path not in judged({**tests, **files}, "python", "main.py").reasons
    assert path in judged({**tests, "/app/main.py": "import core.other"}, "python", "main.py").reasons


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/app/migrations/0002_ab_test.py", "class Migration: ..."),
        ("/app/commands/test_mail.py", "class Command:\n    def test_server(self): ..."),
        ("/app/models/test_result.py", "class TestResult(Base):\n    id = 1"),
        ("/app/jobs/speed_test.py", "from playwright.sync_api import sync_playwright"),
        ("/app/templates/test/banner.html", ""),
        ("/app/spec/openapi.yaml", ""),
        ("/app/test/loader.js", "/x/.test('a')"),
    ],
)
def test_a_name_alone_makes_no_test(path: str, text: str) -> None:
    files: Files = {"/app/main.py": "", path: text}
    assert path not in judged(files, "python", "main.py").reasons
    beside = f"{path.rpartition('/')[0]}/test_it.py"
    assert beside in judged({**files, beside: TEST}, "python", "main.py").reasons


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/app/tests/a.py", "import unittest"),
        ("/app/tests/b.py", "class TestIt:\n    def test_it(self): ..."),
        ("/app/test/a.js", "describe('a', () => {})"),
        ("/app/e2e/a.ts", "test.only('a', () => {})"),
        ("/app/spec/a.rb", "describe 'a' do"),
        ("/app/src/test/java/A.java", "@Test void a() {}"),
        ("/app/lib/a.spec.ts", ""),
    ],
)
def test_what_tests_goes_with_what_lies_beside_it(path: str, text: str) -> None:
    folder = path.rpartition("/")[0]
    data = f"{folder}/data.json" if "/lib/" not in path else path
    assert {path, data} <= judged({data: "", path: text}, "python", "main.py").reasons.keys()


def test_shell_scripts_of_the_start_name_files_without_quotes() -> None:
    files: Files = {
        "/usr/local/bin/entry.sh": '#!/bin/sh\n. "$APP/setup.sh"\nexec "$@"',
        "/app/setup.sh": '[ -z "$SEED" ] || python manage.py loaddata tests/seed.json',
        "/app/check.sh": "cat tests/only-checked.json",
        "/app/tests/seed.json": "",
        "/app/tests/only-checked.json": "",
        "/app/tests/test_it.py": TEST,
    }
    evidence = judged(files, "/usr/local/bin/entry.sh", "python", "main.py")
    assert "/app/tests/seed.json" not in evidence.reasons
    assert "/app/tests/only-checked.json" in evidence.reasons


def test_the_environment_names_files() -> None:
    files: Files = {"/app/main.py": "open(os.environ['DOCS'])", "/app/docs/a.md": ""}
    assert "/app/docs/a.md" in judged(files, "python", "main.py").reasons
    named = judged(files, "python", "main.py", env=(("DOCS", "/app/docs/a.md"),))
    assert "/app/docs/a.md" not in named.reasons


@pytest.mark.parametrize(
    ("start", "path"),
    [
        (("make", "run"), "/app/Makefile"),
        (("tsx", "src/index.ts"), "/app/tsconfig.json"),
        (("bun", "src/index.ts"), "/app/tsconfig.json"),
        (("uv", "run", "main.py"), "/app/uv.lock"),
        (("mkdocs", "serve"), "/app/docs/index.md"),
        (("nginx",), "/app/docs/index.md"),
    ],
)
def test_what_the_started_program_reads_by_itself_stays(start: tuple[str, ...], path: str) -> None:
    assert path not in judged({path: "", "/app/src/index.ts": "", "/app/main.py": ""}, *start).reasons
    assert path in judged({path: "", "/app/main.py": ""}, "python", "main.py").reasons


@pytest.mark.parametrize(("output", "stays"), [("import 'node:fs'", False), ("import '@/config'", True)])
def test_bun_reads_no_settings_of_typescript_for_names_that_a_build_resolved(
    output: str, stays: bool
) -> None:
    files: Files = {
        "/app/package.json": json.dumps({"scripts": {"build": "bun build src/index.ts --outdir dist"}}),
        "/app/dist/index.js": output,
        "/app/src/index.ts": "import '@/config'",
        "/app/tsconfig.json": "{}",
    }
    assert ("/app/tsconfig.json" not in judged(files, "bun", "dist/index.js").reasons) == stays


def test_a_program_that_a_wrapper_starts_is_no_name_of_a_file() -> None:
    files: Files = {
        "/usr/local/bin/entry.sh": '#!/bin/sh\nexec "$@"',
        "/app/dist/index.js": "",
        "/app/bun.lock": "",
        "/app/docs/main.md": "",
    }
    reasons = judged(files, "/usr/local/bin/entry.sh", "bun", "dist/index.js", "main").reasons
    assert "/app/bun.lock" in reasons
    assert "/app/docs/main.md" not in reasons


def test_a_process_manager_leads_to_the_code_that_its_settings_name() -> None:
    files: Files = {
        "/app/ecosystem.config.js": "module.exports = {apps: [{script: './dist/server.js'}]}",
        "/app/dist/server.js": "fs.readFileSync(path.join(__dirname, '../docs', name))",
        "/app/docs/a.md": "",
    }
    assert "/app/docs/a.md" not in judged(files, "node", "ecosystem.config.js").reasons


def test_a_go_program_keeps_what_only_looks_like_source() -> None:
    files: Files = {
        "/app/server": Elf(machine="EM_X86_64"),
        "/app/main.go": 'http.Dir("static"); os.ReadFile("examples/" + name)',
        "/app/static/vendor/lib.js": "",
        "/app/examples/hello.go": "",
        "/app/vendor/x/x.go": 'glob(".go")',
        "/app/vendor/modules.txt": "",
        "/app/static.go": "",
    }
    gone = judged(files, "./server").reasons
    assert {path for path in gone if "." in path} == {
        "/app/main.go",
        "/app/static.go",
        "/app/vendor/x/x.go",
        "/app/vendor/modules.txt",
    }


def test_source_that_is_read_beside_its_output_stays() -> None:
    package = json.dumps({"scripts": {"build": "tsc"}})
    files: Files = {
        "/app/package.json": package,
        "/app/dist/index.js": "readFileSync(`src/sql/${name}.sql`)",
        "/app/src/sql/one.sql": "",
        "/app/src/index.ts": "",
    }
    reasons = judged(files, "node", "dist/index.js").reasons
    assert "/app/src/sql/one.sql" not in reasons
    assert "/app/src/index.ts" in reasons


def test_names_are_taken_from_where_a_path_starts_or_from_anywhere() -> None:
    names = naming.names_in(["docs", "/app/a/b-", "../x/y.txt"], "/app")
    assert names.lead_to("docs/x.md")
    assert not names.lead_to("pages/docs/x.md")
    assert names.may_mean("pages/docs/x.md")
    assert names.may_mean("a/b-1.json")
    assert names.lead_to("elsewhere/y.txt")
    assert not names.may_mean("other/z.txt")


def test_known_programs_and_settings() -> None:
    assert readers.is_known("python3.13")
    assert not readers.is_known("docsify")
    assert settings.is_settings("/etc/cron.d/shop", set())
    assert not settings.is_settings("/app/package.json", set())
    assert "curl -f x" in settings.commands("/etc/cron.d/shop", "*/5 * * * * root curl -f x\n")
    assert settings.commands("/etc/a.conf", "[program:a]\ncommand=git daemon\n") == ("git daemon",)


@pytest.mark.parametrize(
    ("path", "tool"),
    [
        ("/app/.air.toml", "air"),
        ("/app/.pre-commit-config.yaml", "pre-commit"),
        ("/app/Taskfile.yml", "task"),
        ("/app/justfile", "just"),
        ("/app/lefthook.yml", "lefthook"),
    ],
)
def test_commands_for_a_tool_count_where_it_is_started(path: str, tool: str) -> None:
    assert not settings.is_settings(path, {"main"})
    assert settings.is_settings(path, {"main", tool})


def test_a_name_that_begins_like_a_tool_is_no_tool() -> None:
    assert settings.is_settings("/app/.airtable.json", {"main"})
    assert settings.is_settings("/app/air.toml", {"main"})


@pytest.mark.parametrize(
    ("path", "stays"),
    [("/app/README.md", False), ("/app/docs/guide/one.md", False), ("/app/logs/README.md", True)],
)
def test_markdown_below_a_folder_that_is_no_documentation_is_data(path: str, stays: bool) -> None:
    found = judged(
        {"/app/main.py": "render('terms.html')", path: "", "/app/x.md.j2": ""}, "python", "main.py"
    )
    assert (path not in found.reasons) is stays
    assert (path.rpartition("/")[0] not in found.reasons) is (stays or path.count("/") == 2)


def test_a_choice_without_an_end_is_looked_through_once() -> None:
    assert naming._pieces("{" + "," * 500_000) == []
