"""`server`: nginx, not as root, in place of a preview server that only serves built files."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from stagewright import tables
from stagewright.design import instructions, nginx
from stagewright.design.hardenings.context import (
    HardeningContext,
    last,
    left_open,
    turned_on,
    with_production,
)
from stagewright.model.design import Content, Design, LeftBehind, StagePlan, Step
from stagewright.model.project import Project

_RUNNERS = (("npm", "run"), ("npm",), ("yarn", "run"), ("yarn",), ("pnpm", "run"), ("pnpm",), ("bun", "run"))
_LAUNCHERS = ("npx", "bunx", "-y", "--yes", "--")


@dataclass(frozen=True, slots=True)
class _Serving:
    folder: str
    port: int
    single_page: bool


class Server:
    name = "server"

    def apply(self, design: Design, context: HardeningContext) -> Design:
        serving = _serving(_start(design), context.project)
        if serving is None or nginx.serves(design.production.base):
            return design
        what = nginx.HARDENING.explanation
        builder = next((stage.name for stage in design.stages[:-1] if stage.name == "builder"), "")
        if not builder:
            return left_open(design, self.name, what, "a stage that builds the files")
        port = context.port or serving.port
        folder = f"{(context.config.workdir or '/').rstrip('/')}/{serving.folder.strip('./')}"
        steps = (
            Step(instructions.copy((folder,), nginx.ROOT, stage=builder)),
            nginx.site(port, single_page=serving.single_page),
            Step(f"EXPOSE {port}"),
        )
        production = StagePlan(
            "production", "Production: the built files and a web server", nginx.IMAGE, steps
        )
        changed = replace(
            with_production(design, production),
            contents=(Content(nginx.ROOT, "the built files"),),
            left_behind=(*design.left_behind, LeftBehind("the preview server", "nginx serves the files")),
        )
        return turned_on(changed, self.name, what, *nginx.HARDENING.allows)


def _start(design: Design) -> tuple[str, ...]:
    step = last(design, "CMD")
    if step is None or last(design, "ENTRYPOINT"):
        return ()
    text = step.text.split(None, 1)[1].strip()
    try:
        words = json.loads(text)
    except ValueError:
        words = text.split()
    return tuple(words) if isinstance(words, list) and all(isinstance(w, str) for w in words) else ()


def _serving(command: tuple[str, ...], project: Project) -> _Serving | None:
    """What a preview server would serve; None for any other program."""
    words = _script(command, project)
    while words and words[0] in _LAUNCHERS:
        words = words[1:]
    if words[:2] == ("vite", "preview"):
        return _Serving(_option(words, "--outDir") or "dist", _port(_option(words, "--port"), 4173), True)
    if words[:1] == ("serve",):
        folders = [word for word in words[1:] if not word.startswith("-") and not word.isdigit()]
        port = _option(words, "-l", "--listen", "-p", "--port")
        single = "-s" in words or "--single" in words
        return _Serving(folders[0] if folders else ".", _port(port, 3000), single)
    return None


def _port(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else default


def _script(command: tuple[str, ...], project: Project) -> tuple[str, ...]:
    """The words of the package manager's script, where the command runs one."""
    scripts = tables.named_texts(tables.from_json(project.texts.get("package.json", "")), "scripts")
    for runner in _RUNNERS:
        name = command[len(runner)] if command[: len(runner)] == runner and len(command) > len(runner) else ""
        if name in scripts:
            return (*scripts[name].split(), *(w for w in command[len(runner) + 1 :] if w != "--"))
    return command


def _option(words: tuple[str, ...], *names: str) -> str:
    for index, word in enumerate(words):
        key, equals, value = word.partition("=")
        if key in names:
            return value if equals else next(iter(words[index + 1 : index + 2]), "")
    return ""
