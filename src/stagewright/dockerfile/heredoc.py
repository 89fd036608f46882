"""Which heredocs a logical line opens."""

from __future__ import annotations

import re
from typing import NamedTuple

from stagewright.dockerfile.errors import LanguageError
from stagewright.dockerfile.lexer import Lexer, NestedTooDeeply

_WORD = re.compile(r"(\d*)<<(-?)[ \t\n\f\r]*([^<]*)\Z", re.ASCII)


class Opening(NamedTuple):
    name: str
    expand: bool
    chomp: bool
    fd: int


def openings(line: str) -> list[Opening]:
    """The heredocs of a logical line, in order. It is lexed with `\\` whatever the escape directive says."""
    try:
        words = Lexer(line, {}, raw_quotes=True, raw_escapes=True, keep_unset=True).run().words
    except NestedTooDeeply:
        raise
    except LanguageError:
        return []
    return [found for word in words if (found := opening(word))]


def opening(word: str) -> Opening | None:
    """What a word such as `<<EOF`, `3<<-EOF` or `<<"EOF"` opens, or None."""
    found = _WORD.match(word)
    if found is None or not found[3]:
        return None
    plain = Lexer(found[3], {}, keep_unset=True).run().words
    if len(plain) != 1:
        return None
    raw = Lexer(found[3], {}, raw_quotes=True, keep_unset=True).run().words
    if len(raw) != 1:
        raise LanguageError(f"internal lexing of heredoc produced inconsistent results: {found[3]}")
    digits = found[1]
    return Opening(plain[0], _quotes(plain[0]) == _quotes(raw[0]), found[2] == "-", int(digits[:18] or 0))


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')
