"""`user`: the container does not run as root."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from stagewright.design import instructions
from stagewright.design.bases import family, has_shell, is_alpine
from stagewright.design.hardenings.context import (
    HardeningContext,
    last,
    left_open,
    production_image,
    turned_on,
    with_production,
)
from stagewright.design.stages import owner
from stagewright.images import default_user
from stagewright.model.design import Allowance, Design, StagePlan, Step
from stagewright.model.image import is_root

MADE = "10001"
_NAME = "app"
_NOWHERE = "65532"
_AND = " \\\n    && "
_ADD = (
    f"groupadd --gid {MADE} {_NAME}{_AND}"
    f"useradd --no-log-init --uid {MADE} --gid {MADE} --create-home {_NAME}"
)
_ADD_ALPINE = f"addgroup -g {MADE} {_NAME}{_AND}adduser -D -u {MADE} -G {_NAME} {_NAME}"
_ACCOUNTS = ("passwd", "group", "shadow", "gshadow", "subuid", "subgid")
# A program that runs as root there does so on purpose, or the system needs the place.
_ROOTS_OWN = ("/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/opt", "/root")
_ANYBODYS = ("/tmp", "/var/tmp", "/dev", "/proc", "/sys", "/run/lock")  # noqa: S108
# What was installed is only read, unless a run showed otherwise.
_INSTALLED = re.compile(r"(?:.*/)?(?:node_modules|\.venv)(?:/|\Z)")
# Files in the home folder go to another user's home; byte code is kept where it can be, and not missed.
_FOLLOWS_USER = re.compile(r"/root/\.|.*/__pycache__/")
_STARTS_AS_ROOT = re.compile(r"\b(gosu|su-exec|setpriv|supervisord|sudo|nginx|apache2|httpd|sshd|cron)\b")


class User:
    name = "user"

    def apply(self, design: Design, context: HardeningContext) -> Design:
        image = production_image(design)
        step = last(design, "USER")
        declared = step.text.split(None, 1)[1].strip() if step else ""
        if _changed_program(design):
            # Another program: the original's folders and user are not its own.
            context = HardeningContext(context.project, ports=context.ports)
        if not is_root(declared or context.config.user):
            return design
        what = "The program runs as a user without privileges."
        if refused := self._refusal(design, context, image):
            return left_open(design, self.name, what, refused)
        uid, making = _user_of(image)
        user = owner(uid)
        folders = _folders(design, context)
        shell = has_shell(image)
        production = _owned(design.production, user, _workdir(design, context), _own_writes(context))
        production = _prepared(production, user, folders if shell else (), making)
        production = instructions.insert(production, Step(f"USER {user}", reason=what))
        return turned_on(
            with_production(design, production),
            self.name,
            _explanation(uid, context),
            *_allowances(folders, making),
            *([Allowance("behaviour", "writes", "user")] if _own_writes(context) != context.writes else []),
        )

    def _refusal(self, design: Design, context: HardeningContext, image: str) -> str:
        if not family(image) and image != "scratch":
            return f"a base that is named: nobody knows which users {image} has"
        if family(image) == "nginx":
            return "the unprivileged nginx image: this one starts as root to bind its port and write its logs"
        start = " ".join(step.text for step in (last(design, "ENTRYPOINT"), last(design, "CMD")) if step)
        if (found := _STARTS_AS_ROOT.search(start)) and not family(image).endswith("-unprivileged"):
            return f"a start that does not need root: {found[1]} changes users or ports by itself"
        for path in _own_writes(context):
            if _is_below(path, _ROOTS_OWN) and not _is_below(path, (_workdir(design, context),)):
                return f"the program to write elsewhere: {path} belongs to root"
        return ""


def _user_of(image: str) -> tuple[str, str]:
    """The number, and the command that makes the user where the image has none."""
    known = default_user(image)
    if known:
        return str(known[0]), ""
    if not has_shell(image):
        return _NOWHERE, ""
    return MADE, _ADD_ALPINE if is_alpine(image) else _ADD


def _prepared(stage: StagePlan, user: str, folders: tuple[str, ...], making: str) -> StagePlan:
    """The user and the folders that it writes to stand before the first COPY, where the cache keeps them."""
    uid, _, gid = user.partition(":")
    commands = [making] if making else []
    if folders:
        commands.append(f"install -d -o {uid} -g {gid} {' '.join(folders)}")
    steps = [Step(instructions.run(_AND.join(commands)))] if commands else []
    first = next((i for i, step in enumerate(stage.steps) if instructions.keyword(step) == "COPY"), 0)
    return replace(stage, steps=(*stage.steps[:first], *steps, *stage.steps[first:]))


def _owned(stage: StagePlan, user: str, workdir: str, writes: tuple[str, ...]) -> StagePlan:
    """What is copied into the application's folder belongs to the user, in the COPY itself."""
    installed_too = any(_INSTALLED.match(path) for path in writes)
    steps = []
    for step in stage.steps:
        text = step.text
        destination = _destination(text) if instructions.keyword(step) == "COPY" else ""
        theirs = _is_the_programs(destination, workdir) and (
            installed_too or not _INSTALLED.match(destination)
        )
        if theirs and "--chown" not in text:
            text = text.replace("COPY ", f"COPY --chown={user} ", 1)
        steps.append(replace(step, text=text))
    return replace(stage, steps=tuple(steps))


def _destination(copy: str) -> str:
    line = copy.splitlines()[0] if "<<" in copy else copy.splitlines()[-1]
    return line.split()[-1].strip('"[],')


def _is_the_programs(destination: str, workdir: str) -> bool:
    """Whether it lies in the application's folder, which `/` is not."""
    if not destination.startswith("/"):
        return bool(destination)
    return workdir != "/" and _is_below(destination, (workdir,))


def _folders(design: Design, context: HardeningContext) -> tuple[str, ...]:
    """The application's folder, its volumes, and the folders that a run wrote to."""
    workdir = _workdir(design, context)
    folders = [] if workdir == "/" else [workdir]
    folders += context.config.volumes
    for path in _own_writes(context):
        parent = str(PurePosixPath(path).parent)
        if not _is_below(parent, (*_ANYBODYS, workdir)) and parent != "/":
            folders.append(parent)
    return tuple(dict.fromkeys(folders))


def _own_writes(context: HardeningContext) -> tuple[str, ...]:
    """What the program itself means to write, at these very places."""
    return tuple(path for path in context.writes if not _FOLLOWS_USER.match(path))


def _workdir(design: Design, context: HardeningContext) -> str:
    step = last(design, "WORKDIR")
    return step.text.split(None, 1)[1].strip().strip('"') if step else context.config.workdir or "/"


def _explanation(uid: str, context: HardeningContext) -> str:
    text = f"The program runs as user {uid}, who owns the application's folder."
    if context.config.volumes:
        text += (
            f" Volumes ({', '.join(context.config.volumes)}) that were filled as root keep their owner: "
            f"give them to {uid} once."
        )
    if context.port is not None and context.port < 1024:
        text += f" Docker lets any user bind port {context.port}; other engines may not."
    return text


def _allowances(folders: tuple[str, ...], making: str) -> tuple[Allowance, ...]:
    allows = [Allowance("config", "user", "user"), Allowance("behaviour", "user", "user")]
    for folder in folders:
        allows += [Allowance("owner", folder, "user"), Allowance("owner", folder.rstrip("/") + "/", "user")]
        allows.append(Allowance("added", folder, "user"))
    if making:
        for name in _ACCOUNTS:
            for path in (f"/etc/{name}", f"/etc/{name}-"):
                allows += [Allowance("changed", path, "user"), Allowance("added", path, "user")]
        allows += [
            Allowance("added", f"/home/{_NAME}", "user"),
            Allowance("added", f"/home/{_NAME}/", "user"),
        ]
    return tuple(allows)


def _changed_program(design: Design) -> bool:
    return any(item.name == "server" and item.on for item in design.hardenings)


def _is_below(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)
