"""The text of single instructions, quoted as the language wants it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace

from stagewright.model.design import StagePlan, Step

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+=,~-]+\Z")
# What ends a stage, in the order in which it is read best.
_TAIL = ("EXPOSE", "VOLUME", "STOPSIGNAL", "USER", "HEALTHCHECK", "ENTRYPOINT", "CMD")


def exec_form(arguments: Sequence[str]) -> str:
    return json.dumps(list(arguments), ensure_ascii=False)


def env(pairs: Iterable[tuple[str, str]]) -> str:
    """One ENV for all pairs; a value that is more than a plain word is quoted, `$` stays literal."""
    return "ENV " + " \\\n    ".join(f"{name}={_quoted(value)}" for name, value in pairs)


def copy(sources: Sequence[str], destination: str, *, stage: str = "", chown: str = "") -> str:
    """COPY from the context, or from a stage; paths with spaces make it the JSON form."""
    flags = (f"--from={stage} " if stage else "") + (f"--chown={chown} " if chown else "")
    paths = [*sources, destination]
    words = " ".join(paths) if all(_PLAIN.match(path) for path in paths) else exec_form(paths)
    return f"COPY {flags}{words}"


def run(command: str, mounts: Sequence[str] = ()) -> str:
    """RUN with one `--mount` a line."""
    return "RUN " + "".join(f"--mount={mount} \\\n    " for mount in mounts) + command


def cache_name(project: str, what: str) -> str:
    """One cache a project and purpose: nothing that another project fetched or made can get in."""
    return re.sub(r"[^a-z0-9]+", "-", f"{project}-{what}".lower()).strip("-")


def cache(identity: str, target: str) -> str:
    return f"type=cache,id={identity},target={target}"


def bind(path: str) -> str:
    """A file or folder of the context at the same place below the WORKDIR, for one RUN."""
    return f"type=bind,source={path},target={path}"


def bindable(path: str) -> bool:
    """Whether the path can stand in a mount, whose fields commas part."""
    return bool(_PLAIN.match(path)) and "," not in path


def secret(identity: str) -> str:
    return f"type=secret,id={identity}"


def apt_install(packages: Iterable[str], *, recommends: bool = False) -> str:
    """Distribution packages in one layer, without package lists; by default without what they recommend."""
    option = "" if recommends else "--no-install-recommends "
    names = " ".join(sorted(packages))
    return (
        "RUN apt-get update \\\n"
        f"    && apt-get install -y {option}{names} \\\n"
        "    && rm -rf /var/lib/apt/lists/*"
    )


def apk_add(packages: Iterable[str]) -> str:
    """Alpine's packages in one layer; a version that they are bound to is quoted."""
    return f"RUN apk add --no-cache {' '.join(map(shlex.quote, sorted(packages)))}"


def keyword(step: Step) -> str:
    """The instruction's name, in upper case."""
    return step.text.split(None, 1)[0].upper()


def insert(stage: StagePlan, step: Step) -> StagePlan:
    """The stage with the step where such an instruction is looked for; what it already has stays in order."""
    rank = _rank(keyword(step))
    at = len(stage.steps)
    while at and _rank(keyword(stage.steps[at - 1])) > rank:
        at -= 1
    return replace(stage, steps=(*stage.steps[:at], step, *stage.steps[at:]))


def _rank(name: str) -> int:
    return _TAIL.index(name) if name in _TAIL else -1


def _quoted(value: str) -> str:
    if _PLAIN.match(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'
