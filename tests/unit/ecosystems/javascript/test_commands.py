from pathlib import Path

import pytest

from stagewright.ecosystems import find
from tests.unit.ecosystems.projects import project

PLAIN: dict[str, object] = {"scripts": {"start": "node dist/index.js"}}


def production_install(root: Path, command: str, manifest: object = PLAIN) -> str | None:
    read = project(root, {"package.json": manifest, "a.js": ""})
    ecosystem = find(read)
    assert ecosystem is not None
    return ecosystem.production_install(command, read)


def direct_start(root: Path, command: tuple[str, ...], scripts: dict[str, str], code: str = "") -> object:
    read = project(root, {"package.json": {"scripts": scripts}, "a.js": code})
    ecosystem = find(read)
    assert ecosystem is not None
    return ecosystem.direct_start(command, read)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("npm ci", "npm ci --omit=dev"),
        ("npm install", "npm install --omit=dev"),
        ("npm i --no-audit --loglevel error", "npm i --no-audit --loglevel error --omit=dev"),
        ("npm ci && npm cache clean --force", "npm ci --omit=dev && npm cache clean --force"),
        ("npm ci --omit=dev", "npm ci --omit=dev"),
        ("NODE_ENV=production npm ci", "NODE_ENV=production npm ci"),
        ("bun install --frozen-lockfile", "bun install --frozen-lockfile --production"),
        ("yarn install --frozen-lockfile", "yarn install --frozen-lockfile --production"),
        ("yarn", "yarn install --production"),
        ("pnpm i", "pnpm i --prod"),
        ("npm install -g pnpm && pnpm install", "npm install -g pnpm && pnpm install --prod"),
        ("npm install express", None),
        ("npm install -g typescript", None),
        ("npm run build", None),
        ("apt-get install -y git", None),
        ("npm ci || npm install", None),
        ("npm ci 'x", None),
    ],
)
def test_the_users_installation_without_development(
    tmp_path: Path, command: str, expected: str | None
) -> None:
    assert production_install(tmp_path, command) == expected


def test_prepare_must_not_fail_for_the_want_of_a_development_tool(tmp_path: Path) -> None:
    manifest = {"scripts": {"prepare": "husky", "postinstall": "node a.js", "start": "node a.js"}}
    assert production_install(tmp_path, "npm ci", manifest) == (
        "npm ci --omit=dev --ignore-scripts && npm rebuild"
    )
    assert (
        production_install(tmp_path, "bun install", manifest) == "bun install --production --ignore-scripts"
    )
    assert production_install(tmp_path, "pnpm i", manifest) == "pnpm i --prod --ignore-scripts"
    assert production_install(tmp_path, "yarn", manifest) == "yarn install --production"


@pytest.mark.parametrize(
    ("command", "scripts", "expected"),
    [
        (("npm", "start"), {"start": "node dist/index.js"}, ("node", "dist/index.js")),
        (("npm", "run", "start:prod"), {"start:prod": "node dist/main"}, ("node", "dist/main")),
        (("bun", "run", "start"), {"start": "bun run dist/index.js"}, ("bun", "run", "dist/index.js")),
        (("yarn", "start"), {"start": "node ."}, ("node", ".")),
        (("/bin/sh", "-c", "npm start"), {"start": "node a.js"}, ("node", "a.js")),
        (("npm", "start"), {"start": "npm run serve", "serve": "node a.js"}, ("node", "a.js")),
        (("npm", "start"), {"start": "npm run start"}, None),
        (("npm", "start"), {"start": "node a.js", "prestart": "tsc"}, None),
        (("npm", "start"), {"start": "node a.js", "poststart": "x"}, None),
        (("npm", "start"), {"start": "NODE_ENV=production node a.js"}, None),
        (("npm", "start"), {"start": "node a.js && echo done"}, None),
        (("npm", "start"), {"start": "node a.js $PORT"}, None),
        (("npm", "start"), {"start": "tsx a.ts"}, None),
        (("npm", "start", "--", "--port", "1"), {"start": "node a.js"}, None),
        (("npm", "start"), {}, None),
        (("node", "a.js"), {"start": "node a.js"}, None),
        (("bun", "run", "src/a.ts"), {"start": "node a.js"}, None),
        (("/bin/sh", "-c", "npm start || true"), {"start": "node a.js"}, None),
    ],
)
def test_the_start_without_the_package_manager(
    tmp_path: Path, command: tuple[str, ...], scripts: dict[str, str], expected: object
) -> None:
    assert direct_start(tmp_path, command, scripts) == expected


def test_code_that_reads_what_the_package_manager_sets(tmp_path: Path) -> None:
    code = "console.log(process.env.npm_package_version)"
    assert direct_start(tmp_path, ("npm", "start"), {"start": "node a.js"}, code) is None


def test_development_dependencies_are_what_the_manifest_says(tmp_path: Path) -> None:
    manifest = {"dependencies": {"a": "1"}, "devDependencies": {"a": "1", "b": "1"}}
    read = project(tmp_path, {"package.json": manifest})
    ecosystem = find(read)
    assert ecosystem is not None
    assert ecosystem.development_dependencies(read) == {"b"}
