"""Who uses the image by `docker run` in a Makefile or a CI job."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from stagewright.model.project import Consumer

_KINDS = (
    ("make", re.compile(r"Makefile")),
    ("ci", re.compile(r"\.gitlab-ci\.yml|\.github/workflows/[^/]+\.ya?ml")),
)
_CALL = re.compile(r"\bdocker\s+(?:container\s+)?run\s+(.*)")
_BUILD = r"\bdocker\s++(?:buildx\s++)?build(?=\s)"
_TAG = re.compile(rf"{_BUILD}(?:(?!{_BUILD}).)*?(?:\s-t|--tag)[= ]\s*(\S+)")
_END = re.compile(r"\s(?:&&|\|\||[;|&])\s|\s\d?>")


def consumers(texts: Mapping[str, str]) -> tuple[Consumer, ...]:
    """One for each `docker run` of an image that the same file builds."""
    found = []
    for path in sorted(texts):
        kind = next((kind for kind, name in _KINDS if name.fullmatch(path)), None)
        if kind is not None:
            lines = texts[path].replace("\\\n", " ").splitlines()
            tags = {match[1].strip("'\"") for line in lines for match in _TAG.finditer(line)}
            found += [consumer for line in lines for consumer in _calls(line, kind, path, tags)]
    return tuple(found)


def _calls(line: str, kind: str, path: str, tags: set[str]) -> Iterator[Consumer]:
    """The image is found by its name, as options take values that only the client's own table tells."""
    for match in _CALL.finditer(line):
        try:
            words = shlex.split(_END.split(match[1])[0])
        except ValueError:
            continue
        at = next((index for index, word in enumerate(words) if word in tags), None)
        if at is None:
            continue
        options, command = words[:at], words[at + 1 :]
        entrypoint = _option(options, "--entrypoint")
        yield Consumer(
            kind,
            words[at],
            path,
            command=tuple(command) or None,
            entrypoint=None if entrypoint is None else (entrypoint,),
            user=_option(options, "--user", "-u"),
        )


def _option(words: list[str], *names: str) -> str | None:
    for index, word in enumerate(words):
        if word in names:
            return words[index + 1] if index + 1 < len(words) else None
        for name in names:
            if word.startswith(f"{name}="):
                return word.partition("=")[2]
    return None
