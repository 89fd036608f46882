"""Our tree in the oracle's terms, and the differences."""

from __future__ import annotations

import re
from typing import Any

from stagewright.dockerfile import Dockerfile, DockerfileSyntaxError, Instruction, parse, validate
from stagewright.dockerfile.arguments import KEYWORDS

_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """As Go's JSON shows bytes that are not UTF-8."""
    return _SURROGATES.sub("\ufffd", text)


def arguments(instruction: Instruction) -> list[str]:
    """The words as BuildKit chains them."""
    if instruction.keyword in ("ENV", "LABEL"):
        delimiter = "" if instruction.legacy else "="
        return [clean(part) for name, value in instruction.pairs for part in (name, value or "", delimiter)]
    if instruction.keyword == "ONBUILD":
        trigger = instruction.trigger
        if trigger is None:
            return []
        return [trigger.keyword, *arguments(trigger)]
    if instruction.keyword not in KEYWORDS:
        return [""]
    return [clean(word.value) for word in instruction.words]


def _described(instruction: Instruction) -> dict[str, Any]:
    flags = [
        f"--{flag.name}" + ("" if flag.value is None else f"={flag.value}") for flag in instruction.flags
    ]
    return {
        "Keyword": clean(instruction.keyword),
        "Start": instruction.line,
        "End": instruction.end_line,
        "Flags": [clean(flag) for flag in flags],
        "Args": arguments(instruction),
        "JSON": instruction.keyword != "ONBUILD" and instruction.json,
        "Heredocs": [
            {
                "Name": clean(doc.name),
                "FileDescriptor": doc.fd,
                "Expand": doc.expand,
                "Chomp": doc.chomp,
                "Content": clean(doc.content),
            }
            for doc in instruction.heredocs
        ],
    }


def difference(data: bytes, answer: dict[str, Any]) -> str | None:
    """What differs between our reading of a file and the oracle's answer, or None."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        df = parse(text)
    except DockerfileSyntaxError as error:
        return (
            None
            if clean(error.reason) == answer["ParseError"]
            else f"parse: {error} != {answer['ParseError']!r}"
        )
    if answer["ParseError"]:
        return f"parse: accepted, but {answer['ParseError']!r}"
    if df.escape != answer["Escape"]:
        return f"escape: {df.escape} != {answer['Escape']}"
    theirs = answer["Instructions"]
    if len(df.instructions) != len(theirs):
        return f"{len(df.instructions)} instructions instead of {len(theirs)}"
    for instruction, expected in zip(df.instructions, theirs):
        expected = expected | {
            "Flags": expected["Flags"] or [],
            "Heredocs": expected["Heredocs"] or [],
            "Keyword": _upper(expected["Keyword"]),
        }
        nested, depth = instruction, 0
        while nested.trigger is not None:
            expected["Args"][depth] = _upper(expected["Args"][depth])
            nested, depth = nested.trigger, depth + 1
        ours = _described(instruction)
        if ours != expected:
            return "; ".join(
                f"{key}: {ours[key]!r} != {expected[key]!r}" for key in ours if ours[key] != expected[key]
            )
    ours_refused, theirs_refused = _reason(df), answer["InstructionError"]
    if not ours_refused[0] and not theirs_refused:
        return None
    theirs_refused = re.sub(r"^dockerfile parse error on line \d+: ", "", theirs_refused)
    if _anonymous(ours_refused[0]) == _anonymous(theirs_refused):
        ends = {instruction.line: instruction.end_line for instruction in df.instructions}
        # BuildKit names the line where the instruction begins, we the one with the fault.
        if answer["Line"] <= ours_refused[1] <= ends.get(answer["Line"], 0):
            return None
    return f"validate: {ours_refused} != {theirs_refused!r} on line {answer['Line']}"


def _reason(df: Dockerfile) -> tuple[str, int]:
    try:
        validate(df)
    except DockerfileSyntaxError as error:
        return clean(error.reason), error.line
    return "", 0


def _anonymous(reason: str) -> str:
    """Which of equally near names BuildKit proposes is left to chance."""
    return re.sub(r"\(did you mean .*\?\)$", "(did you mean …?)", reason)


def _upper(keyword: str) -> str:
    return keyword.upper() if keyword.isascii() else keyword
