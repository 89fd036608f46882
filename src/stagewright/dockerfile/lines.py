"""Physical lines to logical ones: continuations joined, comments and directives set aside."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from stagewright.dockerfile.errors import DockerfileSyntaxError, LanguageError
from stagewright.dockerfile.heredoc import Opening
from stagewright.dockerfile.text import BOM, SPACE
from stagewright.dockerfile.tree import Comment, Directive, Heredoc, Logical, Span

MAX_LINE_BYTES = 65_535
_DIRECTIVE = re.compile(r"([a-zA-Z][a-zA-Z0-9]*)[ \t\n\f\r]*=[ \t\n\f\r]*(.+?)[ \t\n\f\r]*\Z")
_KNOWN_DIRECTIVES = frozenset({"syntax", "escape", "check"})


class Lines:
    """Reads a text once, from its first line to its last. Raises `DockerfileSyntaxError`.

    `next` is the index of the physical line that is read next; the other attributes grow on the way.
    """

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.escape = "\\"
        self.directives: list[Directive] = []
        self.comments: list[Comment] = []
        self.next = 0
        self._in_directives = True
        self._lines = text.split("\n")
        if not self._lines[-1]:
            self._lines.pop()
        self._offsets: list[int] = []
        offset = 0
        for line in self._lines:
            self._offsets.append(offset)
            offset += len(line) + 1
        self._too_long = self._first_too_long()
        if text.startswith(BOM) and self._lines:
            self._lines[0] = self._lines[0][1:]
            self._offsets[0] = 1

    def _first_too_long(self) -> int | None:
        if len(self.text) * 4 > MAX_LINE_BYTES:
            for index, line in enumerate(self._lines):
                if len(line) * 4 > MAX_LINE_BYTES and _bytes(line) > MAX_LINE_BYTES:
                    del self._lines[index:]  # what stands before may be refused first, as in BuildKit
                    return index
        return None

    def __iter__(self) -> Iterator[tuple[int, Logical]]:
        """Each logical line with the index of its first physical one."""
        while self.next < len(self._lines):
            line = self._lines[self.next].rstrip("\r")
            content = line.lstrip(SPACE)
            if content.startswith("#"):
                self._comment(self.next, line, content)
                self.next += 1
                continue
            self._in_directives = False
            if content:
                yield self.next, self._logical(len(line) - len(content), content)
            else:
                self.next += 1
        if self._too_long is not None:
            raise self.error(
                f"dockerfile line greater than max allowed size of {MAX_LINE_BYTES}", self._too_long
            )

    def error(self, reason: str, index: int, column: int = 1, offending: str = "") -> DockerfileSyntaxError:
        """An error in the physical line of that index."""
        return DockerfileSyntaxError(
            reason, path=self.path, line=index + 1, column=column, offending=offending
        )

    def located(self, error: LanguageError, logical: Logical) -> DockerfileSyntaxError:
        """An error whose offset counts in a logical line."""
        source = logical.source(min(error.offset, max(len(logical.text) - 1, 0)))
        index = max(bisect_right(self._offsets, source) - 1, 0)
        return self.error(error.reason, index, source - self._offsets[index] + 1, error.offending)

    def end(self) -> int:
        """The end of the last line read, without its line end."""
        last = self.next - 1
        return self._offsets[last] + len(self._lines[last].rstrip("\r"))

    def heredoc(self, opened: Opening, first: int) -> Heredoc:
        """The body that begins with the next line; `first` is where the instruction began."""
        start = self.next
        while True:
            if self.next >= len(self._lines):
                raise self.error("unterminated heredoc", first, offending=opened.name)
            line = self._lines[self.next].rstrip("\r")
            self.next += 1
            if (line.lstrip("\t") if opened.chomp else line) == opened.name:
                break
        span = Span(self._offsets[start], self._offsets[self.next - 1])
        content = self.text[span.start : span.end]
        return Heredoc(opened.name, content, opened.expand, opened.chomp, opened.fd, span)

    def _comment(self, index: int, line: str, content: str) -> None:
        if self._in_directives and self._directive(index, content):
            return
        end = self._offsets[index] + len(line)
        self.comments.append(Comment(Span(end - len(content), end), index + 1, content[1:].strip(SPACE)))

    def _directive(self, index: int, content: str) -> bool:
        found = _DIRECTIVE.match(content[1:].lstrip(SPACE))
        name = found[1].lower() if found else ""
        if found is None or name not in _KNOWN_DIRECTIVES:
            self._in_directives = False
            return False
        if any(name == known.name for known in self.directives):
            raise self.error(f"only one {name} parser directive can be used", index, offending=content)
        value = found[2]
        if name == "escape":
            if value not in ("\\", "`"):
                raise self.error(
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
        first = self._offsets[self.next] + indent
        self.next += 1
        joined = self._continues(content)
        if joined is None:
            return Logical(content, (0,), (first,))
        pieces, starts, sources, length = [joined], [0], [first], len(joined)
        while self.next < len(self._lines):
            index = self.next
            self.next += 1
            line = self._lines[index].rstrip("\r")
            stripped = line.lstrip(SPACE)
            if not stripped:
                continue
            if stripped[0] == "#":
                self._comment(index, line, stripped)
                continue
            joined = self._continues(line)
            pieces.append(line if joined is None else joined)
            starts.append(length)
            sources.append(self._offsets[index])
            length += len(pieces[-1])
            if joined is None:
                break
        return Logical("".join(pieces), tuple(starts), tuple(sources))


def _bytes(line: str) -> int:
    return len(line.encode("utf-8", "surrogateescape"))
