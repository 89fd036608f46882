"""Recipes and projects that the tests of this room share."""

from pathlib import Path

from stagewright.model.project import Project
from stagewright.model.recipe import Output, Recipe

BUN = Recipe(
    ecosystem="bun",
    builder_image="oven/bun:1",
    runtime_image="oven/bun:1-slim",
    workdir="/app",
    start=("bun", "run", "dist/index.js"),
    naive='FROM oven/bun:1\nWORKDIR /app\nCOPY . .\nRUN bun install\nCMD ["bun", "start"]\n',
    manifests=("package.json", "bun.lock"),
    install="bun install --frozen-lockfile",
    install_production="bun install --frozen-lockfile --production",
    dependencies=("/app/node_modules",),
    caches=("/root/.bun/install/cache",),
    runtime_env=(("NODE_ENV", "production"),),
    sources=("src", "tsconfig.json"),
    build=("bun run build",),
    outputs=(Output("builder", "/app/dist", "/app/dist", "the bundle"),),
    runtime_files=("package.json",),
    port=3000,
    health_path="/health",
    health=("bun", "-e", "await fetch('http://127.0.0.1:3000/health')"),
    test="bun test",
    development=("bun", "--watch", "src/index.ts"),
    audit="bun audit",
    user="1000",
    user_name="bun",
)
GO = Recipe(
    ecosystem="go",
    builder_image="golang:1.26",
    runtime_image="gcr.io/distroless/static-debian13:nonroot",
    workdir="/app",
    start=("/app/server",),
    naive='FROM golang:1.26\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nCMD ["./server"]\n',
    manifests=("go.mod", "go.sum"),
    install="go mod download",
    caches=("/go/pkg/mod", "/root/.cache/go-build"),
    builder_env=(("CGO_ENABLED", "0"),),
    sources=(".",),
    build=("go build -o /out/server .",),
    outputs=(Output("builder", "/out/server", "/app/server", "the program"),),
    runtime_files=("templates",),
    port=8080,
    test="go test ./...",
    development=("go", "run", "."),
    user="65532",
    user_name="nonroot",
)
VITE = Recipe(
    ecosystem="vite",
    builder_image="node:24",
    runtime_image="nginxinc/nginx-unprivileged:stable",
    workdir="/app",
    start=(),
    naive='FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["npm", "run", "preview"]\n',
    manifests=("package.json", "package-lock.json"),
    install="npm ci",
    dependencies=(),
    caches=("/root/.npm",),
    sources=("src", "index.html"),
    build=("npm run build",),
    build_args=("VITE_API_URL",),
    outputs=(Output("builder", "/app/dist", "/usr/share/nginx/html", "the site"),),
    port=8080,
    user="101",
)


def project(*paths: str, texts: dict[str, str] | None = None) -> Project:
    return Project(Path("/somewhere/My App"), dict.fromkeys(sorted(paths), 1), texts=texts or {})


BUN_PROJECT = project("package.json", "bun.lock", "tsconfig.json", "src/index.ts", "tests/a.test.ts")
GO_PROJECT = project("go.mod", "go.sum", "main.go", "templates/index.html")
VITE_PROJECT = project("package.json", "package-lock.json", "index.html", "src/main.ts")
