"""Text to tree: what BuildKit's parser accepts is accepted, unknown instructions too."""

from __future__ import annotations

from dataclasses import replace

from stagewright.dockerfile.arguments import GAP, KEYWORDS, split_flags, typed
from stagewright.dockerfile.errors import LanguageError
from stagewright.dockerfile.heredoc import openings
from stagewright.dockerfile.lines import Lines
from stagewright.dockerfile.stages import global_args, stages
from stagewright.dockerfile.text import SPACE
from stagewright.dockerfile.tree import Dockerfile, Flag, Instruction, Logical, Span, Word

MAX_ONBUILD_DEPTH = 20
_TAKES_HEREDOC = frozenset({"ADD", "COPY", "RUN"})


def parse(text: str, path: str = "Dockerfile") -> Dockerfile:
    """The tree of `text`. Raises `DockerfileSyntaxError` where BuildKit's parser refuses it."""
    lines = Lines(text, path)
    instructions = tuple([_instruction(lines, logical, first) for first, logical in lines])
    if not instructions:
        raise lines.error("file with no instructions", max(lines.next - 1, 0))
    return Dockerfile(
        text=text,
        path=path,
        escape=lines.escape,
        directives=tuple(lines.directives),
        instructions=instructions,
        comments=tuple(lines.comments),
        stages=stages(instructions),
        global_args=global_args(instructions),
    )


def _instruction(lines: Lines, logical: Logical, first: int) -> Instruction:
    try:
        instruction = _build(lines, logical, 0, first)
        holder = instruction.trigger or instruction
        if "<<" not in logical.text or holder.keyword not in _TAKES_HEREDOC or holder.json:
            return instruction
        heredocs = tuple([lines.heredoc(opened, first) for opened in openings(logical.text)])
    except LanguageError as error:
        raise lines.located(error, logical) from None
    end = lines.end()
    trigger = instruction.trigger
    if trigger is not None:
        span = Span(trigger.span.start, end)
        trigger = replace(trigger, heredocs=heredocs, end_line=lines.next, span=span)
    span = Span(instruction.span.start, end)
    return replace(instruction, heredocs=heredocs, end_line=lines.next, span=span, trigger=trigger)


def _build(lines: Lines, logical: Logical, start: int, first: int, depth: int = 0) -> Instruction:
    """The instruction whose keyword begins at or after `start` of the logical line."""
    text = logical.text
    begin = start
    while begin < len(text) and text[begin] in SPACE:
        begin += 1
    end = len(text.rstrip(SPACE))
    gap = GAP.search(text, begin, end) if begin < end else None
    keyword_end = gap.start() if gap else max(begin, end)
    keyword = text[begin:keyword_end]
    if keyword not in KEYWORDS:
        keyword = _upper(keyword)
    flags, at = split_flags(text, gap.end(), end, lines.escape) if gap else ([], keyword_end)
    while at < end and text[at] in SPACE:
        at += 1
    at = min(at, max(end, keyword_end))
    arguments = typed(keyword, text, at, end, lines.escape)
    trigger = None
    if keyword == "ONBUILD" and at < end:
        if depth == MAX_ONBUILD_DEPTH:
            raise LanguageError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", at)
        trigger = _build(lines, logical, at, first, depth + 1)
    span = logical.span
    return Instruction(
        keyword,
        Span(logical.source(begin) if begin < len(text) else logical.sources[0], lines.end()),
        first + 1,
        lines.next,
        tuple([_flag(word, span(a, b)) for word, a, b in flags]),
        tuple([Word(value, span(a, b)) for value, a, b in arguments.words]),
        arguments.json,
        text[at:end],
        (),
        trigger,
        logical,
        at,
        arguments.legacy,
    )


def _upper(keyword: str) -> str:
    """Upper case; a word that BuildKit cannot take for an instruction stays as it is."""
    if not keyword.isascii():
        keyword = keyword if not keyword.lower().isascii() else keyword.lower()
    return keyword.upper() if keyword.isascii() else keyword


def _flag(word: str, span: Span) -> Flag:
    name, equals, value = word[2:].partition("=")
    return Flag(name, value if equals else None, span)
