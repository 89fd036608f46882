"""What BuildKit's second step refuses: unknown instructions and flags, arity, names, values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from stagewright.dockerfile.arguments import GAP, KEYWORDS
from stagewright.dockerfile.csv import fields
from stagewright.dockerfile.errors import DockerfileSyntaxError, LanguageError, did_you_mean, quoted
from stagewright.dockerfile.heredoc import opening
from stagewright.dockerfile.mounts import check_mount
from stagewright.dockerfile.text import SPACE
from stagewright.dockerfile.tree import Dockerfile, Instruction, Span

FlagKind = Literal["bool", "string", "strings"]
FLAGS: Mapping[str, Mapping[str, FlagKind]] = {
    "FROM": {"platform": "string"},
    "RUN": {"mount": "strings", "network": "string", "security": "string", "device": "strings"},
    "COPY": {
        "from": "string",
        "chown": "string",
        "chmod": "string",
        "link": "bool",
        "parents": "bool",
        "exclude": "strings",
    },
    "ADD": {
        "chown": "string",
        "chmod": "string",
        "checksum": "string",
        "exclude": "strings",
        "link": "bool",
        "keep-git-dir": "bool",
        "unpack": "bool",
    },
    "HEALTHCHECK": dict.fromkeys(
        ("interval", "timeout", "start-period", "start-interval", "retries"), "string"
    ),
}
_STAGE_NAME = re.compile(r"[a-z][a-z0-9\-_.]*\Z")
_DURATION = re.compile(r"[-+]?(?:(?:\d++(?:\.\d*+)?|\.\d++)(?:ns|us|µs|μs|ms|s|m|h))+\Z", re.ASCII)
_DURATION_PART = re.compile(r"([\d.]+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_INTEGER = re.compile(r"[-+]?\d+\Z", re.ASCII)
_BOOLEANS = ("", "true", "false")


class _Fault(LanguageError):
    """A reason with the place in the file; the instruction itself when there is no span."""

    def __init__(self, reason: str, span: Span | None = None) -> None:
        super().__init__(reason)
        self.span = span


def validate(df: Dockerfile) -> None:
    """Raise `DockerfileSyntaxError` for the first instruction that BuildKit refuses."""
    in_stage = False
    for instruction in df.instructions:
        try:
            _check(instruction)
            in_stage = in_stage or instruction.keyword == "FROM"
            if not in_stage and instruction.keyword != "ARG":
                raise _Fault("no build stage in current context")
        except LanguageError as fault:
            span = (fault.span if isinstance(fault, _Fault) else None) or instruction.span
            start = df.text.rfind("\n", 0, span.start) + 1
            raise DockerfileSyntaxError(
                fault.reason,
                path=df.path,
                line=df.text.count("\n", 0, start) + 1,
                column=span.start - start + 1,
                offending=df.text[span.start : span.end].split("\n", 1)[0],
            ) from None


def _check(instruction: Instruction) -> None:
    check = _CHECKS.get(instruction.keyword)
    if check is None:
        written = GAP.split(instruction.logical.text.strip(SPACE), maxsplit=1)[0]
        raise _Fault(f"unknown instruction: {written}{did_you_mean(written, KEYWORDS)}")
    check(instruction)


def _flags(instruction: Instruction) -> None:
    known = FLAGS.get(instruction.keyword, {})
    seen: set[str] = set()
    for name, value, span in instruction.flags:
        kind = known.get(name)
        if kind is None:
            raise _Fault(f"unknown flag: --{name}{did_you_mean(name, known, match_case=True)}", span)
        if name in seen and kind != "strings":
            raise _Fault(f"duplicate flag specified: --{name}", span)
        seen.add(name)
        if (value == "" and kind == "bool") or (value is None and kind != "bool"):
            raise _Fault(f"missing a value on flag: --{name}", span)
        if kind == "bool" and (value or "").lower() not in _BOOLEANS:
            raise _Fault(f"expecting boolean value for flag --{name}, not: {value}", span)


def _exactly_one(instruction: Instruction) -> None:
    if len(instruction.words) != 1:
        raise _Fault(f"{instruction.keyword} requires exactly one argument")
    if instruction.keyword != "STOPSIGNAL":
        _flags(instruction)


def _at_least_one(instruction: Instruction) -> None:
    if not instruction.words:
        raise _Fault(f"{instruction.keyword} requires at least one argument")


def _pairs(instruction: Instruction) -> None:
    _flags(instruction)
    _at_least_one(instruction)
    if any(not name for name, _ in instruction.pairs):
        raise _Fault(f"{instruction.keyword} names can not be blank")


def _arg(instruction: Instruction) -> None:
    _at_least_one(instruction)
    if any(not name for name, _ in instruction.pairs):
        raise _Fault("ARG names can not be blank")


def _copy(instruction: Instruction) -> None:
    if len(instruction.words) < 2:
        raise _Fault(
            f"{instruction.keyword} requires at least two arguments, but only one was provided. "
            "Destination could not be determined"
        )
    _flags(instruction)
    if _opens_heredoc(instruction.words[-1].value):
        raise _Fault(f"{instruction.keyword} cannot accept a heredoc as a destination")


def _opens_heredoc(word: str) -> bool:
    try:
        return opening(word) is not None
    except LanguageError:
        return False


def _from(instruction: Instruction) -> None:
    words = instruction.words
    if len(words) == 3 and words[1].value.lower() == "as":
        if not _STAGE_NAME.match(words[2].value.lower()):
            reason = f"invalid name for build stage: {quoted(words[2].value)}, "
            raise _Fault(reason + "name can't start with a number or contain symbols", words[2].span)
    elif len(words) != 1:
        raise _Fault("FROM requires either one or three arguments")
    _flags(instruction)


def _onbuild(instruction: Instruction) -> None:
    trigger = instruction.trigger
    if trigger is None:
        raise _Fault("ONBUILD requires at least one argument")
    _flags(instruction)
    if trigger.keyword == "ONBUILD":
        raise _Fault("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", trigger.span)
    if trigger.keyword in ("MAINTAINER", "FROM"):
        raise _Fault(f"{trigger.keyword} isn't allowed as an ONBUILD trigger", trigger.span)


def _run(instruction: Instruction) -> None:
    _flags(instruction)
    for name, value, span in instruction.flags:
        text = value or ""
        try:
            if name == "mount":
                check_mount(text)
            elif name == "device":
                _device(text)
        except LanguageError as fault:
            raise _Fault(fault.reason, span) from None
        if name == "network" and text not in ("default", "none", "host"):
            raise _Fault(f"invalid network mode {quoted(text)}", span)
        if name == "security" and text not in ("sandbox", "insecure"):
            raise _Fault(f"security {quoted(text)} is not valid", span)


def _device(text: str) -> None:
    named = False
    for field in fields(text):
        key, equals, value = field.partition("=")
        key = key.lower()
        if key == "required":
            if equals and value not in (
                "1",
                "t",
                "T",
                "TRUE",
                "true",
                "True",
                "0",
                "f",
                "F",
                "FALSE",
                "false",
                "False",
            ):
                raise LanguageError(f"invalid value for {key}: {value}")
        elif equals and key == "name":
            if named:
                raise LanguageError("device name already set")
            named = bool(value)
        elif not named:
            named = bool(field)
        elif equals:
            raise LanguageError(f"unexpected key '{key}' in '{field}'")
        else:
            raise LanguageError(f"invalid field '{field}' must be a key=value pair")


def _healthcheck(instruction: Instruction) -> None:
    _at_least_one(instruction)
    kind, *command = (word.value for word in instruction.words)
    if kind.upper() == "NONE":
        if command:
            raise _Fault("HEALTHCHECK NONE takes no arguments")
        return
    _flags(instruction)
    if kind.upper() != "CMD":
        raise _Fault(
            f"Unknown type {quoted(kind.upper())} in HEALTHCHECK (try CMD)", instruction.words[0].span
        )
    if not command:
        raise _Fault("Missing command after HEALTHCHECK CMD")
    for name, value, span in instruction.flags:
        if name == "retries":
            _retries(value or "", span)
        else:
            _interval(name, value or "", span)


def _retries(text: str, span: Span) -> None:
    if not text:
        return
    if not _INTEGER.match(text):
        raise _Fault(f'strconv.ParseInt: parsing "{text}": invalid syntax', span)
    if len(text) > 20 or not -(2**31) <= int(text) < 2**31:
        raise _Fault(f'strconv.ParseInt: parsing "{text}": value out of range', span)
    if int(text) < 0:
        raise _Fault(f"--retries cannot be negative ({int(text)})", span)


def _interval(name: str, text: str, span: Span) -> None:
    if not text or text.lstrip("+-") == "0":
        return
    if not _DURATION.match(text):
        unit = "missing unit in" if re.fullmatch(r"[-+]?[\d.]+", text) else "invalid"
        raise _Fault(f'time: {unit} duration "{text}"', span)
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _DURATION_PART.findall(text))
    if seconds and (text.startswith("-") or seconds < 1e-3):
        raise _Fault(f'Interval "{name}" cannot be less than 1ms', span)


def _expose(instruction: Instruction) -> None:
    _at_least_one(instruction)
    _flags(instruction)


def _volume(instruction: Instruction) -> None:
    _expose(instruction)
    for word in instruction.words:
        if not word.value.strip(SPACE):
            raise _Fault("VOLUME specified can not be an empty string", word.span)


def _shell(instruction: Instruction) -> None:
    _flags(instruction)
    _at_least_one(instruction)
    if not instruction.json:
        raise _Fault("SHELL requires the arguments to be in JSON form")


_CHECKS: Mapping[str, Callable[[Instruction], None]] = {
    "ADD": _copy,
    "ARG": _arg,
    "CMD": _flags,
    "COPY": _copy,
    "ENTRYPOINT": _flags,
    "ENV": _pairs,
    "EXPOSE": _expose,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _pairs,
    "MAINTAINER": _exactly_one,
    "ONBUILD": _onbuild,
    "RUN": _run,
    "SHELL": _shell,
    "STOPSIGNAL": _exactly_one,
    "USER": _exactly_one,
    "VOLUME": _volume,
    "WORKDIR": _exactly_one,
}
