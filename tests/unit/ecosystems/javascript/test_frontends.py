from pathlib import Path

from stagewright.ecosystems import find
from stagewright.model.design import Decline
from tests.unit.ecosystems.projects import project, recipe

VITE: dict[str, object] = {
    "package.json": {
        "scripts": {"build": "tsc -b && vite build", "dev": "vite", "preview": "vite preview"},
        "devDependencies": {"vite": "7"},
    },
    "package-lock.json": {},
    "index.html": "",
    "src/main.ts": "fetch(import.meta.env.VITE_API_URL + import.meta.env.VITE_A); import.meta.env.MODE",
    ".env": "VITE_API_URL=/api",
    ".env.local": "",
}


def test_a_single_page_application(tmp_path: Path) -> None:
    found = recipe(tmp_path, VITE)
    assert found.ecosystem == "vite"
    assert (found.builder_image, found.runtime_image) == ("node:22", "nginxinc/nginx-unprivileged:stable")
    assert [(output.source, output.destination) for output in found.outputs] == [
        ("/app/dist", "/usr/share/nginx/html")
    ]
    assert found.dependencies == () and found.install_production == ""
    assert found.build_args == ("VITE_A", "VITE_API_URL")
    assert ".env" in found.sources and ".env.local" not in found.sources
    assert (found.port, found.user) == (4173, "101")
    assert found.development == ("npm", "run", "dev", "--", "--host", "0.0.0.0")
    assert found.naive.endswith('EXPOSE 4173\nCMD ["npm", "run", "preview", "--", "--host", "0.0.0.0"]\n')


def test_another_output_folder_and_bun(tmp_path: Path) -> None:
    found = recipe(
        tmp_path,
        {**VITE, "vite.config.ts": "export default { build: { outDir: './public_html' } }", "bun.lock": ""},
    )
    assert found.builder_image == "oven/bun:1"
    assert found.outputs[0].source == "/app/public_html"
    assert found.build == ("bun run build",)


def test_what_renders_on_a_server_is_no_static_site(tmp_path: Path) -> None:
    read = project(
        tmp_path,
        {"package.json": {"scripts": {"build": "vite build"}, "devDependencies": {"@sveltejs/kit": "2"}}},
    )
    ecosystem = find(read)
    assert ecosystem is not None and ecosystem.name == "npm"


def test_a_server_that_only_bundles_with_vite_is_no_static_site(tmp_path: Path) -> None:
    read = project(
        tmp_path,
        {"package.json": {"scripts": {"build": "vite build", "start": "node server.js"}}, "server.js": ""},
    )
    ecosystem = find(read)
    assert ecosystem is not None and ecosystem.name == "npm"


NEXT: dict[str, object] = {
    "package.json": {
        "scripts": {"build": "next build", "start": "next start", "dev": "next dev"},
        "dependencies": {"next": "15", "react": "19"},
    },
    "package-lock.json": {},
    "app/page.tsx": "process.env.NEXT_PUBLIC_NAME",
    "app/api/health/route.ts": "",
    "public/a.txt": "",
}


def test_next_standalone(tmp_path: Path) -> None:
    found = recipe(tmp_path, {**NEXT, "next.config.mjs": "export default { output: 'standalone' }"})
    assert found.start == ("node", "server.js")
    assert [(output.source, output.destination) for output in found.outputs] == [
        ("/app/.next/standalone", "/app"),
        ("/app/.next/static", "/app/.next/static"),
        ("/app/public", "/app/public"),
    ]
    assert found.dependencies == () and found.runtime_files == ()
    assert dict(found.runtime_env)["HOSTNAME"] == "0.0.0.0"
    assert found.health_path == "/api/health"
    assert found.build_args == ("NEXT_PUBLIC_NAME",)


def test_next_without_standalone_on_bun_runs_on_node(tmp_path: Path) -> None:
    found = recipe(tmp_path, {**NEXT, "bun.lock": "", "next.config.js": "module.exports = {}"})
    assert (found.builder_image, found.runtime_image) == ("oven/bun:1", "node:22-slim")
    assert found.start == ("node", "node_modules/next/dist/bin/next", "start")
    assert found.dependencies == ("/app/node_modules",)
    assert found.runtime_files == ("next.config.js", "package.json", "public")
    assert found.health[0] == "node"


def test_a_static_export_is_declined(tmp_path: Path) -> None:
    read = project(tmp_path, {**NEXT, "next.config.js": "module.exports = { output: 'export' }"})
    ecosystem = find(read)
    assert ecosystem is not None
    found = ecosystem.recipe(read)
    assert isinstance(found, Decline) and found.code == "next-export"
