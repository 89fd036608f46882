import json
from dataclasses import replace

import pytest

from stagewright.design.hardenings import HardeningContext, harden
from stagewright.model.design import Design
from tests.unit.design.hardenings.designs import CONTEXT, entry, restaged, steps
from tests.unit.design.recipes import project

SCRIPTS = {"preview": "vite preview --host", "serve": "serve -s build -l 5000", "start": "node server.js"}
TREE = project("package.json", texts={"package.json": json.dumps({"scripts": SCRIPTS})})


def hardened(start: str, context: HardeningContext | None = None) -> Design:
    context = context or replace(CONTEXT, project=TREE, ports=())
    return harden(restaged("COPY --from=builder /app /app", start), frozenset({"server"}), context)


@pytest.mark.parametrize(
    ("start", "folder", "port", "fallback"),
    [
        ('CMD ["npm", "run", "preview"]', "/app/dist", 4173, "/index.html"),
        ('CMD ["npm", "run", "preview", "--", "--port", "80"]', "/app/dist", 80, "/index.html"),
        ("CMD yarn serve", "/app/build", 5000, "/index.html"),
        ('CMD ["npx", "serve", "dist"]', "/app/dist", 3000, "=404"),
        ('CMD ["npx", "vite", "preview", "--port=8000"]', "/app/dist", 8000, "/index.html"),
    ],
)
def test_nginx_serves_what_the_preview_server_did(start: str, folder: str, port: int, fallback: str) -> None:
    design = hardened(start)
    assert design.production.base == "nginxinc/nginx-unprivileged:stable"
    copy, site, expose = steps(design)
    assert copy == f"COPY --from=builder {folder} /usr/share/nginx/html"
    assert f"listen {port};" in site and f"try_files $uri $uri/ {fallback};" in site
    assert expose == f"EXPOSE {port}"


def test_the_port_that_was_bound_is_the_port_that_is_served() -> None:
    context = replace(CONTEXT, project=TREE, ports=(9000,))
    assert "EXPOSE 9000" in steps(hardened('CMD ["npm", "run", "preview"]', context))


@pytest.mark.parametrize(
    "start", ['CMD ["npm", "run", "start"]', 'CMD ["node", "server.js"]', "CMD npm start"]
)
def test_any_other_program_stays(start: str) -> None:
    assert entry(hardened(start), "server") is None
    assert hardened(start).production.base == "node:22-slim"


def test_the_server_is_not_root() -> None:
    context = replace(CONTEXT, project=TREE)
    design = harden(restaged("COPY . .", "CMD yarn serve"), "all", context)
    assert "USER 101:101" in steps(design)
    assert not any(text.startswith("RUN") for text in steps(design))
