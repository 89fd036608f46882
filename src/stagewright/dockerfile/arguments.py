"""From an instruction's logical text to its flags and typed arguments, as BuildKit's parser splits them."""

from __future__ import annotations

import json
import math
import re
from functools import cache
from typing import NamedTuple

from stagewright.dockerfile.errors import LanguageError, quoted
from stagewright.dockerfile.text import SPACE

JSON_OR_RAW = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL"})
JSON_OR_LIST = frozenset({"ADD", "COPY", "VOLUME"})
LIST = frozenset({"FROM", "EXPOSE"})
PAIRS = frozenset({"ENV", "LABEL"})
RAW = frozenset({"USER", "WORKDIR", "STOPSIGNAL", "MAINTAINER"})
KEYWORDS = JSON_OR_RAW | JSON_OR_LIST | LIST | PAIRS | RAW | {"ARG", "HEALTHCHECK", "ONBUILD"}

WHITE = "\t\v\f\r "
GAP = re.compile(f"[{WHITE}]+")
_SOLID = re.compile(f"[^{WHITE}]+")
_PLAIN_WORD = re.compile(f"[^{SPACE}]+")
_JSON_STRING = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"'
_STRING = re.compile(_JSON_STRING)
_STRING_ARRAY = re.compile(
    rf"\[[ \t\n\r]*+(?:{_JSON_STRING}[ \t\n\r]*+(?:,[ \t\n\r]*+{_JSON_STRING}[ \t\n\r]*+)*+)?\]\Z"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# BuildKit reads flags byte by byte, and takes the bytes 0x85 and 0xA0 of any character for white space.
_FLAG_SPACE = "\t\n\v\f\r \x85\xa0"


class Piece(NamedTuple):
    """A value with its half-open offsets in the logical text."""

    value: str
    start: int
    end: int


class Arguments(NamedTuple):
    words: list[Piece]
    json: bool
    legacy: bool = False


def split_flags(text: str, start: int, end: int, escape: str) -> tuple[list[Piece], int]:
    """The leading `--flag` words of `text[start:end]`, and where the arguments begin."""
    if not text.startswith("--", start):
        return [], start
    if not text.isascii():
        return _split_flags_by_byte(text[:end], start, escape)
    return _split_flags(text[:end], start, escape)


def _split_flags(text: str, at: int, escape: str) -> tuple[list[Piece], int]:
    token, part = _flag_patterns(escape)
    flags: list[Piece] = []
    while text.startswith("--", at):
        found = token.match(text, at)
        assert found is not None  # noqa: S101 - `--` always matches
        word = found.group()
        if escape in word or '"' in word or "'" in word:
            word = _unquoted(word, escape, part)
        at = found.end()
        if word == "--":
            break
        flags.append(Piece(word, found.start(), at))
        while at < len(text) and text[at] in _FLAG_SPACE:
            at += 1
    return flags, at


def _split_flags_by_byte(text: str, start: int, escape: str) -> tuple[list[Piece], int]:
    data = text[start:].encode("utf-8", "surrogateescape")
    flags, end = _split_flags(data.decode("latin-1"), 0, escape)

    def offset(byte: int) -> int:
        return start + len(data[:byte].decode("utf-8", "ignore"))

    return [Piece(word, offset(a), offset(b)) for word, a, b in flags], offset(end)


@cache
def _flag_patterns(escape: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A whole flag word, and one quoted or escaped part of it (its group is what stays of it)."""
    e = re.escape(escape)
    single, double = (f"{q}((?:[^{q}{e}]|{e}.)*+){q}?" for q in "'\"")
    token = re.compile(rf"(?:[^{_FLAG_SPACE}'\"{e}]|{e}.|{single}|{double})++(?:{e}\Z)?", re.DOTALL)
    return token, re.compile(rf"{e}(.)|{e}\Z|{single}|{double}", re.DOTALL)


def _unquoted(word: str, escape: str, part: re.Pattern[str]) -> str:
    def strip(found: re.Match[str]) -> str:
        char, single, double = found.groups()
        if char is not None:
            return char
        body = single if single is not None else double
        return re.sub(rf"(?s){re.escape(escape)}(.)", r"\1", body) if body else ""

    return part.sub(strip, word)


def typed(keyword: str, text: str, start: int, end: int, escape: str) -> Arguments:
    """The arguments in `text[start:end]`, which has no white space at its ends. Raises `LanguageError`."""
    if start >= end:
        return Arguments([], False)
    if keyword in JSON_OR_RAW:
        return _json(text, start, end) or Arguments([Piece(text[start:end], start, end)], False)
    if keyword in JSON_OR_LIST:
        return _json(text, start, end) or Arguments(_pieces(_SOLID, text, start, end), False)
    if keyword in LIST:
        return Arguments(_pieces(_SOLID, text, start, end), False)
    if keyword in PAIRS:
        return _pairs(keyword, text, start, end, escape)
    if keyword == "ARG":
        return Arguments(quoted_words(text, start, end, escape), False)
    if keyword == "HEALTHCHECK":
        return _healthcheck(text, start, end)
    if keyword in RAW or keyword == "ONBUILD":
        return Arguments([Piece(text[start:end], start, end)], False)
    return Arguments([], False)


def _pieces(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[Piece]:
    return [Piece(found.group(), *found.span()) for found in pattern.finditer(text, start, end)]


def _json(text: str, start: int, end: int) -> Arguments | None:
    """Exec form, or None where BuildKit falls back to shell form."""
    if text[start] != "[":
        return None
    source = text[start:end]
    if _STRING_ARRAY.match(source):
        return Arguments([_string(found, start) for found in _STRING.finditer(source)], True)
    try:
        json.loads(source, parse_constant=_refuse, parse_int=_finite, parse_float=_finite)
    except RecursionError:
        raise LanguageError("the array is nested too deeply", start, source[:40]) from None
    except ValueError:
        return None
    raise LanguageError(
        "when using JSON array syntax, arrays must be comprised of strings only", start, source[:40]
    )


def _string(found: re.Match[str], offset: int) -> Piece:
    raw = found.group()
    value = json.loads(raw) if "\\" in raw else raw[1:-1]
    return Piece(_SURROGATE.sub("\ufffd", value), offset + found.start(), offset + found.end())


def _refuse(name: str) -> float:
    raise ValueError(name)


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError(number)
    return value


def quoted_words(text: str, start: int, end: int, escape: str) -> list[Piece]:
    """Words with quotes and escapes kept, as ENV, LABEL and ARG have them."""
    body = text[start:end]
    if "'" not in body and '"' not in body and escape not in body:
        return _pieces(_PLAIN_WORD, text, start, end)
    words: list[Piece] = []
    for found in _quoted_word(escape).finditer(text, start, end):
        value = found[1]  # without an escape character at the very end, which escapes nothing
        if value:
            words.append(Piece(value, found.start(), found.end()))
    return words


@cache
def _quoted_word(escape: str) -> re.Pattern[str]:
    e = re.escape(escape)
    return re.compile(
        rf"((?:[^{SPACE}'\"{e}]|{e}.|'[^']*+'?|\"(?:[^\"{e}]|{e}.)*+\"?)*+)(?:{e}\Z)?", re.DOTALL
    )


def _pairs(keyword: str, text: str, start: int, end: int, escape: str) -> Arguments:
    words = quoted_words(text, start, end, escape)
    if not words:
        return Arguments([], False)
    if "=" not in words[0].value:
        gap = GAP.search(text, start, end)
        if gap is None:
            raise LanguageError(f"{keyword} must have two arguments", start, text[start:end])
        a, b = gap.span()
        pair = [Piece(text[start:a], start, a), Piece(text[b:end], b, end)]
        return Arguments(pair, False, legacy=True)
    for word in words:
        if "=" not in word.value:
            reason = f"Syntax error - can't find = in {quoted(word.value)}. Must be of the form: name=value"
            raise LanguageError(reason, word.start, word.value)
    return Arguments(words, False)


def _healthcheck(text: str, start: int, end: int) -> Arguments:
    kind = _SOLID.match(text, start, end)
    if kind is None:
        return Arguments([], False)
    gap = GAP.match(text, kind.end(), end)
    first = Piece(kind.group(), *kind.span())
    if gap is None or gap.end() >= end:
        return Arguments([first], False)
    at = gap.end()
    json_at = at
    while text[json_at] in SPACE:
        json_at += 1
    command = _json(text, json_at, end) or Arguments([Piece(text[at:end], at, end)], False)
    return Arguments([first, *command.words], command.json)
