"""How a Python application starts, from literals in its code. Nothing is imported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from stagewright.ecosystems.listening import composed_port, port_of
from stagewright.ecosystems.python.metadata import sources
from stagewright.model.project import Project

HOST = "0.0.0.0"  # noqa: S104
_ASGI = ("FastAPI", "Starlette", "Litestar", "Quart")
_APP = re.compile(rf"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?({'|'.join(_ASGI)}|Flask)\(", re.MULTILINE)
_NAMED = re.compile(r"^(app|application)\s*=", re.MULTILINE)
_FACTORY = re.compile(r"^def (create_app|make_app)\(", re.MULTILINE)
_MADE = re.compile(rf"\b({'|'.join(_ASGI)}|Flask)\(")
_SETTINGS = re.compile(r"DJANGO_SETTINGS_MODULE[\"']\s*,\s*[\"']([\w.]+)\.settings")
_GUARD = re.compile(r"^if __name__ == [\"']__main__[\"']:", re.MULTILINE)
_RUNS_SERVER = re.compile(
    r"\b(?:uvicorn\.run|\w+\.run)\((?:[^()]|\([^()]{0,200}\)){0,300}?\bhost\s*=\s*[\"']0\.0\.0\.0[\"']"
)
_RELOADS = re.compile(r"\b(?:reload|debug)\s*=\s*True")
_PORTS = (
    re.compile(r"\bPORT[\"']\s*,\s*[\"']?(?P<port>\d{2,5})\b"),
    re.compile(r"\bport\s*(?::\s*int\s*)?=\s*(?:int\()?[\"']?(?P<port>\d{2,5})\b"),
    re.compile(r"\bHTTPServer\(\([\"'][\d.]*[\"'],\s*(?P<port>\d{2,5})\b"),
)
_BIND = re.compile(r"^[ \t]*+bind\s*=\s*f?[\"'][^\"':]*:(?P<port>\d{2,5})[\"']", re.MULTILINE)
_PREFERRED = ("main.py", "app.py", "app/main.py", "wsgi.py", "asgi.py", "src/main.py", "server.py", "api.py")
_PROGRAMS = ("main.py", "app.py", "cli.py", "run.py", "server.py", "__main__.py", "src/main.py")


@dataclass(frozen=True, slots=True)
class Start:
    """`development` is the same with reload, () where there is none; `port` None where nothing listens."""

    command: tuple[str, ...]
    development: tuple[str, ...] = ()
    port: int | None = None


@dataclass(frozen=True, slots=True)
class _App:
    path: str
    name: str
    kind: str
    factory: bool = False

    @property
    def module(self) -> str:
        parts = PurePosixPath(self.path.removeprefix("src/")).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def in_src(self) -> bool:
        return self.path.startswith("src/")


def start_of(
    project: Project, dependencies: frozenset[str], scripts: tuple[str, ...] = (), *, installed: bool = False
) -> Start | None:
    """By framework, then by console script, then by a file that is a program; None when none is found.

    `installed`: the project itself is, so that `src` need not be named and its scripts are there.
    """
    code = dict(sorted(sources(project), key=lambda item: (_rank(item[0]), item[0])))
    port = port_of(project, code.values(), _PORTS)
    if app := _find_app(code):
        return _serving(app, code, dependencies, port, project, installed=installed)
    if "manage.py" in code and "django" in dependencies and (found := _SETTINGS.search(code["manage.py"])):
        return _django(found[1], dependencies, composed_port(project) or 8000)
    if installed and len(scripts) == 1:
        return Start((scripts[0],), port=port)
    for path in code:
        if path.endswith("/__main__.py"):
            package = PurePosixPath(path.removeprefix("src/")).parent
            if installed or not path.startswith("src/"):
                return Start(("python", "-m", ".".join(package.parts)), port=port)
    programs = [path for path in code if path in _PROGRAMS or ("/" not in path and _GUARD.search(code[path]))]
    return Start(("python", programs[0]), port=port) if programs else None


def _rank(path: str) -> int:
    return _PREFERRED.index(path) if path in _PREFERRED else len(_PREFERRED) + path.count("/")


def _find_app(code: dict[str, str]) -> _App | None:
    """The object that a file for servers names, else one that is made in the open, else a factory."""
    for path in ("wsgi.py", "asgi.py"):
        if match := _NAMED.search(code.get(path, "")):
            made = next((found[1] for text in code.values() if (found := _MADE.search(text))), None)
            return _App(path, match[1], made) if made else None
    for path, text in code.items():
        if match := _APP.search(text):
            return _App(path, match[1], match[2])
    for path, text in code.items():
        if (match := _FACTORY.search(text)) and (made := _MADE.search(text)):
            return _App(path, match[1], made[1], factory=True)
    return None


def _serving(
    app: _App,
    code: dict[str, str],
    dependencies: frozenset[str],
    port: int | None,
    project: Project,
    *,
    installed: bool,
) -> Start:
    text = code[app.path]
    place = () if installed or not app.in_src else ("src",)
    own = _GUARD.search(text) and _RUNS_SERVER.search(text) and not _RELOADS.search(text)
    if app.kind in _ASGI:
        port = port or 8000
        target = f"{app.module}:{app.name}"
        options = (*(("--factory",) if app.factory else ()), *(("--app-dir", *place) if place else ()))
        command = ("uvicorn", target, *options, "--host", HOST, "--port", str(port))
        return Start(("python", app.path) if own else command, (*command, "--reload"), port)
    if "gunicorn" in dependencies:
        target = f"{app.module}:{app.name}" + ("()" if app.factory else "")
        bound = next(
            (
                match
                for name, text in project.texts.items()
                if "gunicorn" in name and (match := _BIND.search(text))
            ),
            None,
        )
        port = int(bound["port"]) if bound else composed_port(project) or 8000
        bind = () if bound else ("--bind", f"{HOST}:{port}")
        command = ("gunicorn", *(("--chdir", *place) if place else ()), *bind, target)
        return Start(command, (*command, "--reload"), port)
    port = port or 5000
    name = app.path if place else app.module
    command = ("flask", "--app", f"{name}:{app.name}", "run", "--host", HOST, "--port", str(port))
    watch = (*command[:4], "--debug", *command[4:])
    return Start(("python", app.path) if own else command, watch, port)


def _django(name: str, dependencies: frozenset[str], port: int) -> Start:
    watch = ("python", "manage.py", "runserver", f"{HOST}:{port}")
    if "gunicorn" in dependencies:
        return Start(("gunicorn", "--bind", f"{HOST}:{port}", f"{name}.wsgi:application"), watch, port)
    return Start(watch, watch, port)
