"""Notes that remember: every change is a commit in a Git repository."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from bottle import Bottle, HTTPError, request, response
from waitress import serve

FOLDER = Path(os.environ.get("NOTES", "/tmp/notes"))
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")
app = Bottle()


def git(*arguments: str) -> str:
    """Runs in the notes' repository. Raises HTTPError with what Git says."""
    done = subprocess.run(
        ["git", "-c", "user.name=notes", "-c", "user.email=notes@localhost", *arguments],
        cwd=FOLDER,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise HTTPError(500, done.stderr.strip())
    return done.stdout


def path_of(name: str) -> Path:
    if not NAME.match(name):
        raise HTTPError(422, "a name has small letters, digits and hyphens")
    return FOLDER / f"{name}.txt"


def prepare() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not (FOLDER / ".git").exists():
        git("init", "--quiet", "--initial-branch=main")


@app.get("/")
def index():
    return {"notes": sorted(path.stem for path in FOLDER.glob("*.txt"))}


@app.get("/health")
def health():
    return {"git": git("rev-parse", "--is-inside-work-tree").strip()}


@app.get("/notes/<name>")
def show(name):
    path = path_of(name)
    if not path.exists():
        raise HTTPError(404, "no such note")
    response.content_type = "text/plain; charset=utf-8"
    return path.read_text(encoding="utf-8")


@app.put("/notes/<name>")
def write(name):
    path = path_of(name)
    path.write_bytes(request.body.read())
    git("add", path.name)
    git("commit", "--quiet", "--allow-empty", "--message", f"change {name}")
    return {"commit": git("rev-parse", "--short", "HEAD").strip()}


@app.get("/notes/<name>/history")
def history(name):
    path = path_of(name)
    lines = git("log", "--format=%s", "--", path.name).splitlines() if path.exists() else []
    return {"name": name, "changes": lines}


if __name__ == "__main__":
    prepare()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("notes: listening on 8000", flush=True)
    serve(app, host="0.0.0.0", port=8000)
