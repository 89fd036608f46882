"""The lossless tree of one Dockerfile: the text stays, everything else points into it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """Half-open code-point offsets into `Dockerfile.text`."""

    start: int
    end: int


class Word(NamedTuple):
    """One argument as BuildKit's parser gives it; quotes are kept where BuildKit keeps them."""

    value: str
    span: Span


class Flag(NamedTuple):
    """`--from=builder` is name `from`, value `builder`; a bare `--link` has the value None."""

    name: str
    value: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Heredoc:
    """`content` is the body as it stands, `span` its place, without the terminator.

    `expand`: BuildKit expands variables in it (COPY and ADD only); `chomp`: `<<-`, leading tabs go.
    """

    name: str
    content: str
    expand: bool
    chomp: bool
    fd: int
    span: Span


@dataclass(frozen=True, slots=True)
class Logical:
    """Physical lines joined, and where each piece begins in the joined and in the source text."""

    text: str
    starts: tuple[int, ...]
    sources: tuple[int, ...]

    def source(self, offset: int) -> int:
        """Where the character at `offset` of the joined text stands in the file."""
        if len(self.starts) == 1:
            return self.sources[0] + offset
        index = bisect_right(self.starts, offset) - 1
        return self.sources[index] + offset - self.starts[index]

    def span(self, start: int, end: int) -> Span:
        """The place of `text[start:end]`; what lies between joined lines inside it is covered."""
        if len(self.starts) == 1:
            shift = self.sources[0]
            return Span(start + shift, end + shift)
        begin = self.source(start)
        return Span(begin, self.source(end - 1) + 1 if end > start else begin)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    `span` runs from the keyword to the end of the last line, heredoc terminators included, without the
    final line end; `line` and `end_line` are 1-based. `words` are the typed arguments (raw-string kinds
    have a single one), `rest` the logical text after the flags: continuations joined, comments dropped.
    `trigger` is what ONBUILD holds; `legacy` an ENV or LABEL written `name value`, without `=`.
    """

    keyword: str
    span: Span
    line: int
    end_line: int
    flags: tuple[Flag, ...]
    words: tuple[Word, ...]
    json: bool
    rest: str
    heredocs: tuple[Heredoc, ...] = ()
    trigger: Instruction | None = None
    logical: Logical = field(default=Logical("", (0,), (0,)), repr=False, compare=False)
    rest_start: int = field(default=0, repr=False, compare=False)
    legacy: bool = field(default=False, repr=False)

    def flag(self, name: str) -> str | None:
        """The value of the first such flag (`""` for a bare one), or None."""
        for flag in self.flags:
            if flag.name == name:
                return flag.value or ""
        return None

    def source_offset(self, logical: int) -> int:
        """From an offset in `rest` (its length included) to the offset in the file."""
        at = self.rest_start + logical
        if logical and logical >= len(self.rest):
            return self.logical.source(at - 1) + 1
        return self.logical.source(at)

    @property
    def pairs(self) -> tuple[tuple[str, str | None], ...]:
        """Raw names and values of ENV, LABEL and ARG (None: an ARG without a default); else nothing."""
        if self.keyword == "ARG":
            return tuple(_pair(word.value) for word in self.words)
        if self.keyword not in ("ENV", "LABEL") or not self.words:
            return ()
        if self.legacy:
            return ((self.words[0].value, self.words[1].value),)
        return tuple(_pair(word.value) for word in self.words)


def _pair(word: str) -> tuple[str, str | None]:
    name, equals, value = word.partition("=")
    return name, value if equals else None


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment line; `text` is without the `#` and the white space around."""

    span: Span
    line: int
    text: str


class Directive(NamedTuple):
    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Stage:
    """`base` is as written, `name` in lower case; `instructions` are those after the FROM."""

    index: int
    name: str | None
    base: str
    platform: str | None
    instruction: Instruction
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class Dockerfile:
    text: str = field(repr=False)
    path: str
    escape: str
    directives: tuple[Directive, ...]
    instructions: tuple[Instruction, ...]
    comments: tuple[Comment, ...]
    stages: tuple[Stage, ...]
    global_args: tuple[Instruction, ...]

    def stage(self, ref: str) -> Stage | None:
        """The stage of that name (the last one that has it), or of that index written in digits."""
        wanted = ref.lower()
        for stage in reversed(self.stages):
            if stage.name == wanted:
                return stage
        if ref.isascii() and ref.isdigit() and len(ref) < 10 and int(ref) < len(self.stages):
            return self.stages[int(ref)]
        return None
