"""Static files served by the unprivileged nginx, whose configuration knows single-page applications."""

from __future__ import annotations

from stagewright.design.bases import family
from stagewright.model.design import Allowance, Hardening, Step

IMAGE = "nginxinc/nginx-unprivileged:stable"
ROOT = "/usr/share/nginx/html"
PORT = 8080
_SITE = """COPY <<'EOF' /etc/nginx/conf.d/default.conf
server {{
    listen {port};
    root {root};
    location / {{
        try_files $uri $uri/ {fallback};
    }}
}}
EOF"""
HARDENING = Hardening(
    "server",
    True,
    "nginx, not as root, serves the built files; paths that are no files give index.html, as a single-page "
    "application needs.",
    allows=(
        *(
            Allowance("config", subject, "server")
            for subject in ("cmd", "entrypoint", "env", "exposed", "user", "workdir", "stopsignal", "labels")
        ),
        # Another image altogether: what proves it are the answers, which no allowance covers.
        Allowance("added", "/etc/nginx/", "server"),
        Allowance("added", f"{ROOT}/", "server"),
        *(Allowance("changed", "/", "server"), Allowance("owner", "/", "server")),
        Allowance("missing", "/", "server"),
        *(
            Allowance("behaviour", subject, "server")
            for subject in (
                *("stdout", "stderr", "headers", "user", "writes"),
                *("stop_exit_code", "stop_seconds"),
            )
        ),
    ),
)


def serves(image: str) -> bool:
    return family(image).rpartition("/")[2] in ("nginx", "nginx-unprivileged")


def site(port: int, *, single_page: bool = True) -> Step:
    """The server's configuration; a heredoc, so the file needs a frontend that knows those."""
    fallback = "/index.html" if single_page else "=404"
    reason = "a single-page application answers every path" if single_page else ""
    return Step(_SITE.format(port=port, root=ROOT, fallback=fallback), reason=reason)
