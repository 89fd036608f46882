from __future__ import annotations

import pytest

from stagewright.shell import parse_shell, recognise
from stagewright.shell.tool_table import TOOLS


@pytest.mark.parametrize(
    ("text", "kind", "tool", "packages"),
    [
        ("apt-get install -y -t sid gcc libpq-dev=1", "install", "apt", ("gcc", "libpq-dev=1")),
        ("apt-get update", "cache", "apt", ()),
        ("apt-get purge -y gcc", "prune", "apt", ("gcc",)),
        ("apk add --no-cache --virtual .build-deps gcc", "install", "apk", ("gcc",)),
        ("apk del .build-deps", "prune", "apk", (".build-deps",)),
        ("rm -rf /var/lib/apt/lists/*", "clean", "rm", ("/var/lib/apt/lists/*",)),
        ("npm ci", "install", "npm", ()),
        ("npm run build:prod", "build", "npm", ()),
        ("npm run test -- --ci", "test", "npm", ()),
        ("npm start", "start", "npm", ()),
        ("npm cache clean --force", "clean", "npm", ()),
        ("yarn", "install", "yarn", ()),
        ("yarn --frozen-lockfile", "install", "yarn", ()),
        ("yarn build", "build", "yarn", ()),
        ("yarn lint", "test", "yarn", ()),
        ("pnpm install --frozen-lockfile", "install", "pnpm", ()),
        ("bun build ./i.ts --outdir dist", "build", "bun", ()),
        ("bun run build", "build", "bun", ()),
        ("pip3.11 install -r requirements.txt", "install", "pip", ()),
        ("python3 -m pip install flask", "install", "pip", ("flask",)),
        ("uv sync --locked", "install", "uv", ()),
        ("uv pip install flask", "install", "uv", ("flask",)),
        ("poetry install", "install", "poetry", ()),
        ("go mod download", "install", "go", ()),
        ("/usr/local/go/bin/go build -o /x ./...", "build", "go", ()),
        ("cargo build --release", "build", "cargo", ()),
        ("mvn -q clean package -DskipTests", "build", "maven", ()),
        ("./gradlew bootJar", "build", "gradle", ()),
        ("make -j4 install", "build", "make", ()),
        ("make test", "test", "make", ()),
        ("gcc -o a a.c", "build", "gcc", ()),
        ("gcc-12 -o a a.c", "build", "gcc", ()),
        ("./configure --prefix=/usr", "build", "configure", ()),
        ("npx tsc -p .", "build", "tsc", ()),
        ("vite build", "build", "vite", ()),
        ("npx webpack --mode production", "build", "webpack", ()),
        ("react-scripts build", "build", "react-scripts", ()),
        ("next start", "start", "next", ()),
        ("python setup.py install", "install", "setuptools", ()),
        ("git clone https://x/y", "fetch", "git", ("https://x/y",)),
        ("curl -fsSL https://x", "fetch", "curl", ("https://x",)),
        ("sudo -E env A=b timeout 60 npm ci", "install", "npm", ()),
        ("exec gunicorn app:app", "start", "gunicorn", ()),
        ("uv run pytest", "test", "pytest", ()),
    ],
)
def test_what_a_command_does(text: str, kind: str, tool: str, packages: tuple[str, ...]) -> None:
    (action,) = recognise(parse_shell(text).commands[0])
    assert (action.kind, action.tool, action.packages) == (kind, tool, packages)


@pytest.mark.parametrize(
    ("text", "production"),
    [
        ("npm ci", False),
        ("npm ci --omit=dev", True),
        ("npm install --only=production", True),
        ("npm install --production", True),
        ("NODE_ENV=production npm ci", True),
        ("NODE_ENV=production bun install", False),
        ("bun install --production", True),
        ("pnpm install --prod", True),
        ("yarn install --production=true", True),
        ("uv sync --no-dev", True),
        ("poetry install --only main", True),
        ("poetry install --with dev", False),
        ("pipenv sync", True),
        ("pipenv install --dev", False),
        ("composer install --no-dev", True),
    ],
)
def test_whether_development_dependencies_are_left_out(text: str, production: bool) -> None:
    (action,) = recognise(parse_shell(text).commands[0])
    assert action.production is production


def test_the_text_of_a_shell_is_seen_through() -> None:
    (command,) = parse_shell("bash -ec 'npm ci && npm run build'").commands
    actions = recognise(command)
    assert [(action.kind, action.tool) for action in actions] == [("install", "npm"), ("build", "npm")]
    assert all(action.command.span == command.span for action in actions)


def test_a_package_that_only_a_run_tells_makes_the_list_incomplete() -> None:
    (action,) = recognise(parse_shell("apt-get install $BUILD_DEPS curl").commands[0])
    assert (action.packages, action.complete) == (("curl",), False)


@pytest.mark.parametrize(
    "text", ["echo npm install", "ls", "$TOOL install", "rm -rf /app/x", "npm run deploy"]
)
def test_anything_else_is_nothing(text: str) -> None:
    assert recognise(parse_shell(text).commands[0]) == ()


def test_a_name_belongs_to_one_tool() -> None:
    names = [name for tool in TOOLS for name in (tool.name, *tool.aliases)]
    assert len(names) == len(set(names))
