from pathlib import Path

import pytest

from stagewright.ecosystems import find
from stagewright.model.design import Decline
from stagewright.model.recipe import Output
from tests.unit.ecosystems.projects import project, recipe

PROBE = "fetch('http://127.0.0.1:3000{}').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"
HONO = """import { Hono } from 'hono'
const app = new Hono()
app.get('/health', (c) => c.json({ ok: true }))
export default { port: Number(process.env.PORT ?? 3000), fetch: app.fetch }
"""
EXPRESS = """import express from 'express'
const app = express()
app.set('views', path.join(root, 'views'))
app.listen(process.env.PORT || 3000)
"""


def test_a_bun_service_that_is_built(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {
            "package.json": {
                "scripts": {
                    "build": "bun build src/index.ts --outdir dist --target bun",
                    "start": "bun run dist/index.js",
                    "dev": "bun --watch src/index.ts",
                    "test": "bun test",
                },
                "dependencies": {"hono": "^4"},
                "devDependencies": {"typescript": "^5"},
            },
            "bun.lock": "{}",
            "tsconfig.json": {},
            "src/index.ts": HONO,
            "src/index.test.ts": "test('x', () => {})",
            "README.md": "",
            "Dockerfile.old": "",
            ".env": "SECRET=1",
        },
    )
    assert (found.builder_image, found.runtime_image) == ("oven/bun:1", "oven/bun:1-slim")
    assert found.manifests == ("bun.lock", "package.json")
    assert found.install == "bun install --frozen-lockfile"
    assert found.install_production == "bun install --frozen-lockfile --production"
    assert found.dependencies == ("/app/node_modules",)
    assert found.build == ("bun run build",)
    assert [(output.stage, output.source) for output in found.outputs] == [("builder", "/app/dist")]
    assert found.sources == ("bun.lock", "package.json", "src", "tsconfig.json")
    assert found.runtime_files == ("package.json",)
    assert found.notes == (".env stays out of the image: give its values when the container starts",)
    assert found.start == ("bun", "run", "dist/index.js")
    assert (found.port, found.health_path) == (3000, "/health")
    assert found.health == ("bun", "-e", PROBE.format("/health"))
    assert found.test == "bun run test"
    assert found.development == ("bun", "run", "dev")
    assert (found.user, found.user_name) == ("1000", "bun")
    assert found.naive == (
        "FROM oven/bun:1\nWORKDIR /app\nCOPY . .\nRUN bun install --frozen-lockfile\nRUN bun run build\n"
        'EXPOSE 3000\nCMD ["bun", "run", "start"]\n'
    )


def test_a_bun_service_without_build_script_lockfile_or_manifest_start(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {
            "package.json": {"packageManager": "bun@1.3.0", "dependencies": {"hono": "4"}},
            "index.ts": HONO,
            "lib/db.ts": "",
            "lib/db.test.ts": "",
            "tests/a.ts": "",
        },
    )
    assert found.install == "bun install"
    assert found.notes == ("no lockfile of bun: every installation may give other versions",)
    assert found.start == ("bun", "index.ts")
    assert found.development == ("bun", "--watch", "index.ts")
    assert found.runtime_files == ("index.ts", "lib/db.ts", "package.json")
    assert found.test == "bun test"
    assert found.build == () and found.outputs == ()


def test_the_old_lockfile_of_bun(tmp_path: Path) -> None:
    read = project(tmp_path, {"package.json": {"main": "a.js"}, "bun.lockb": "", "a.js": ""})
    ecosystem = find(read)
    assert ecosystem is not None and ecosystem.name == "bun"
    assert ecosystem.manifests(read) == ("bun.lockb", "package.json")


def test_node_with_typescript_and_files_that_are_read_at_run_time(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {
            "package.json": {
                "engines": {"node": ">=20"},
                "scripts": {
                    "build": "tsc",
                    "start": "NODE_ENV=production node dist/server.js",
                    "test": "node --test",
                },
                "dependencies": {"express": "5"},
                "devDependencies": {"typescript": "5"},
            },
            "package-lock.json": {},
            ".npmrc": "",
            "patches/express+5.patch": "",
            "tsconfig.json": '{ // settings\n "compilerOptions": {"outDir": "./dist"} }',
            "src/server.ts": EXPRESS,
            "src/helper.ts": "import '../scripts/tool'",
            "scripts/tool.ts": "",
            "views/index.ejs": "",
            "docs/index.md": "",
        },
    )
    assert (found.builder_image, found.runtime_image) == ("node:22", "node:22-slim")
    assert found.manifests == (".npmrc", "package-lock.json", "package.json", "patches")
    assert (found.install, found.install_production) == ("npm ci", "npm ci --omit=dev")
    assert found.outputs == (Output("builder", "/app/dist", "/app/dist", "built by the build script"),)
    assert found.runtime_files == ("package.json", "views")
    assert found.start == ("node", "dist/server.js")
    assert found.runtime_env == (("NODE_ENV", "production"),)
    assert found.health == ("node", "-e", PROBE.format("/"))
    assert found.test == "npm test"
    assert found.development == ()


def test_plain_javascript(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {
            "package.json": {
                "scripts": {"test": 'echo "Error: no test specified" && exit 1'},
                "main": "cli.js",
            },
            "cli.js": "console.log(1)",
            "lib/a.js": "",
            "test/a.js": "",
            "eslint.config.js": "",
            "Dockerfile": "",
        },
    )
    assert found.start == ("node", "cli.js")
    assert found.runtime_files == ("cli.js", "lib", "package.json")
    assert found.port is None and found.health == () and found.test == ""


def test_a_start_that_needs_a_development_dependency(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {
            "package.json": {"scripts": {"start": "tsx src/a.ts"}, "devDependencies": {"tsx": "4"}},
            "package-lock.json": {},
            "src/a.ts": "",
        },
    )
    assert found.start == ("npm", "start")
    assert found.install_production == ""
    assert found.dependencies == ("/app/node_modules",)
    assert "tsx" in found.notes[0]
    assert "src" in found.runtime_files


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        ("{", "broken-manifest"),
        ('{"workspaces": ["a"], "main": "a.js"}', "workspaces"),
        ("{}", "no-start"),
        ('{"packageManager": "yarn@4.1.0", "main": "a.js"}', "yarn-berry"),
    ],
)
def test_what_stands_in_the_way(tmp_path: Path, manifest: str, code: str) -> None:
    read = project(tmp_path, {"package.json": manifest, "a.js": ""})
    ecosystem = find(read)
    assert ecosystem is not None
    found = ecosystem.recipe(read)
    assert isinstance(found, Decline) and found.code == code


@pytest.mark.parametrize(
    ("lock", "text", "install", "production"),
    [
        ("yarn.lock", "", "yarn install --frozen-lockfile", "yarn install --frozen-lockfile --production"),
        (
            "pnpm-lock.yaml",
            "lockfileVersion: '6.0'",
            "npm install --global pnpm@8 && pnpm install --frozen-lockfile",
            "npm install --global pnpm@8 && pnpm install --frozen-lockfile --prod",
        ),
        (
            "pnpm-lock.yaml",
            "lockfileVersion: '9.0'",
            "npm install --global pnpm@10 && pnpm install --frozen-lockfile",
            "npm install --global pnpm@10 && pnpm install --frozen-lockfile --prod",
        ),
    ],
)
def test_other_package_managers(tmp_path: Path, lock: str, text: str, install: str, production: str) -> None:
    found = recipe(tmp_path, {"package.json": {"scripts": {"start": "node a.js"}}, lock: text, "a.js": ""})
    assert (found.install, found.install_production) == (install, production)
    assert found.start == ("node", "a.js")


def test_prisma_is_generated_and_comes_along(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {
            "package.json": {
                "scripts": {"build": "prisma generate && tsc", "start": "node dist/a.js"},
                "dependencies": {"@prisma/client": "6"},
            },
            "package-lock.json": {},
            "prisma/schema.prisma": "",
            "src/a.ts": "",
        },
    )
    assert "prisma" in found.manifests
    assert "/app/node_modules/.prisma" in [output.destination for output in found.outputs]


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    assert find(project(tmp_path, {"README.md": ""})) is None
