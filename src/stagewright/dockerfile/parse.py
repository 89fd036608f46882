"""Text to tree: what BuildKit's parser accepts is accepted, unknown instructions too."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from stagewright.dockerfile.arguments import GAP, KEYWORDS, split_flags, typed
from stagewright.dockerfile.errors import DockerfileSyntaxError, LanguageError
from stagewright.dockerfile.heredoc import openings
from stagewright.dockerfile.stages import global_args, stages
from stagewright.dockerfile.text import BOM, SPACE
from stagewright.dockerfile.tree import (
    Comment,
    Directive,
    Dockerfile,
    Flag,
    Heredoc,
    Instruction,
    Logical,
    Span,
    Word,
)

MAX_LINE_BYTES = 65_535
MAX_ONBUILD_DEPTH = 20
_DIRECTIVE = re.compile(r"([a-zA-Z][a-zA-Z0-9]*)[ \t\n\f\r]*=[ \t\n\f\r]*(.+?)[ \t\n\f\r]*\Z")
_KNOWN_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_TAKES_HEREDOC = frozenset({"ADD", "COPY", "RUN"})


def parse(text: str, path: str = "Dockerfile") -> Dockerfile:
    """The tree of `text`. Raises `DockerfileSyntaxError` where BuildKit's parser refuses it."""
    return _Parser(text, path).run()


class _Parser:
    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.escape = "\\"
        self.directives: list[Directive] = []
        self.in_directives = True
        self.comments: list[Comment] = []
        self.instructions: list[Instruction] = []
        self.lines = text.split("\n")
        if not self.lines[-1]:
            self.lines.pop()
        self.offsets: list[int] = []
        offset = 0
        for line in self.lines:
            self.offsets.append(offset)
            offset += len(line) + 1
        self.next = 0  # index of the next physical line
        self.too_long = self._first_too_long()

    def _first_too_long(self) -> int | None:
        if len(self.text) * 4 > MAX_LINE_BYTES:
            for index, line in enumerate(self.lines):
                if len(line) * 4 > MAX_LINE_BYTES and _bytes(line) > MAX_LINE_BYTES:
                    del self.lines[index:]  # what stands before may be refused first, as in BuildKit
                    return index
        return None

    def run(self) -> Dockerfile:
        lines = self.lines
        if lines and lines[0].startswith(BOM):
            lines[0] = lines[0][1:]
            self.offsets[0] = 1
        while self.next < len(lines):
            line = lines[self.next].rstrip("\r")
            content = line.lstrip(SPACE)
            if not content:
                self.in_directives = False
                self.next += 1
            elif content[0] == "#":
                self._comment(self.next, line, content)
                self.next += 1
            else:
                self.in_directives = False
                self._instruction(len(line) - len(content), content)
        if self.too_long is not None:
            raise self._error(
                f"dockerfile line greater than max allowed size of {MAX_LINE_BYTES}", self.too_long
            )
        if not self.instructions:
            raise self._error("file with no instructions", max(len(lines) - 1, 0))
        instructions = tuple(self.instructions)
        return Dockerfile(
            text=self.text,
            path=self.path,
            escape=self.escape,
            directives=tuple(self.directives),
            instructions=instructions,
            comments=tuple(self.comments),
            stages=stages(instructions),
            global_args=global_args(instructions),
        )

    def _error(self, reason: str, index: int, column: int = 1, offending: str = "") -> DockerfileSyntaxError:
        return DockerfileSyntaxError(
            reason, path=self.path, line=index + 1, column=column, offending=offending
        )

    def _comment(self, index: int, line: str, content: str) -> None:
        if self.in_directives and self._directive(index, content):
            return
        end = self.offsets[index] + len(line)
        self.comments.append(Comment(Span(end - len(content), end), index + 1, content[1:].strip(SPACE)))

    def _directive(self, index: int, content: str) -> bool:
        found = _DIRECTIVE.match(content[1:].lstrip(SPACE))
        name = found[1].lower() if found else ""
        if found is None or name not in _KNOWN_DIRECTIVES:
            self.in_directives = False
            return False
        if any(name == known.name for known in self.directives):
            raise self._error(f"only one {name} parser directive can be used", index, offending=content)
        value = found[2]
        if name == "escape":
            if value not in ("\\", "`"):
                raise self._error(
                    f"invalid escape token '{value}' does not match ` or \\", index, offending=value
                )
            self.escape = value
        self.directives.append(Directive(name, value, index + 1))
        return True

    def _continues(self, line: str) -> str | None:
        """The line without its continuation character, or None where it ends the instruction."""
        if self.escape not in line:
            return None
        trimmed = line.rstrip(" \t")
        if trimmed.endswith(self.escape) and trimmed[-2:] != self.escape * 2:
            return trimmed[:-1]
        return None

    def _logical(self, indent: int, content: str) -> Logical:
        first = self.offsets[self.next] + indent
        self.next += 1
        joined = self._continues(content)
        if joined is None:
            return Logical(content, (0,), (first,))
        pieces, starts, sources, length = [joined], [0], [first], len(joined)
        while self.next < len(self.lines):
            index = self.next
            self.next += 1
            line = self.lines[index].rstrip("\r")
            stripped = line.lstrip(SPACE)
            if not stripped:
                continue
            if stripped[0] == "#":
                self._comment(index, line, stripped)
                continue
            joined = self._continues(line)
            pieces.append(line if joined is None else joined)
            starts.append(length)
            sources.append(self.offsets[index])
            length += len(pieces[-1])
            if joined is None:
                break
        return Logical("".join(pieces), tuple(starts), tuple(sources))

    def _instruction(self, indent: int, content: str) -> None:
        first = self.next
        logical = self._logical(indent, content)
        try:
            instruction = self._build(logical, 0, first, 0)
            holder = instruction.trigger or instruction
            heredocs: tuple[Heredoc, ...] = ()
            if "<<" in logical.text and holder.keyword in _TAKES_HEREDOC and not holder.json:
                heredocs = self._heredocs(logical, first)
        except LanguageError as error:
            raise self._located(error, logical) from None
        if heredocs:
            end = Span(instruction.span.start, self._end())
            if instruction.trigger:
                trigger = replace(
                    instruction.trigger,
                    heredocs=heredocs,
                    end_line=self.next,
                    span=Span(instruction.trigger.span.start, end.end),
                )
                instruction = replace(instruction, trigger=trigger)
            instruction = replace(instruction, heredocs=heredocs, end_line=self.next, span=end)
        self.instructions.append(instruction)

    def _located(self, error: LanguageError, logical: Logical) -> DockerfileSyntaxError:
        source = logical.source(min(error.offset, max(len(logical.text) - 1, 0)))
        index = max(bisect_right(self.offsets, source) - 1, 0)
        return self._error(error.reason, index, source - self.offsets[index] + 1, error.offending)

    def _end(self) -> int:
        """The end of the last line read, without its line end."""
        last = self.next - 1
        return self.offsets[last] + len(self.lines[last].rstrip("\r"))

    def _build(self, logical: Logical, start: int, first: int, depth: int) -> Instruction:
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
        flags, at = split_flags(text, gap.end(), end, self.escape) if gap else ([], keyword_end)
        while at < end and text[at] in SPACE:
            at += 1
        at = min(at, max(end, keyword_end))
        arguments = typed(keyword, text, at, end, self.escape)
        trigger = None
        if keyword == "ONBUILD" and at < end:
            if depth == MAX_ONBUILD_DEPTH:
                raise LanguageError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", at)
            trigger = self._build(logical, at, first, depth + 1)
        span = logical.span
        return Instruction(
            keyword,
            Span(logical.source(begin) if begin < len(text) else logical.sources[0], self._end()),
            first + 1,
            self.next,
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

    def _heredocs(self, logical: Logical, first: int) -> tuple[Heredoc, ...]:
        result: list[Heredoc] = []
        for opened in openings(logical.text):
            start = self.next
            while True:
                if self.next >= len(self.lines):
                    raise self._error("unterminated heredoc", first, offending=opened.name)
                line = self.lines[self.next].rstrip("\r")
                self.next += 1
                if (line.lstrip("\t") if opened.chomp else line) == opened.name:
                    break
            span = Span(self.offsets[start], self.offsets[self.next - 1])
            content = self.text[span.start : span.end]
            result.append(Heredoc(opened.name, content, opened.expand, opened.chomp, opened.fd, span))
        return tuple(result)


def _upper(keyword: str) -> str:
    """Upper case; a word that BuildKit cannot take for an instruction stays as it is."""
    if not keyword.isascii():
        keyword = keyword if not keyword.lower().isascii() else keyword.lower()
    return keyword.upper() if keyword.isascii() else keyword


def _flag(word: str, span: Span) -> Flag:
    name, equals, value = word[2:].partition("=")
    return Flag(name, value if equals else None, span)


def _bytes(line: str) -> int:
    return len(line.encode("utf-8", "surrogateescape"))
