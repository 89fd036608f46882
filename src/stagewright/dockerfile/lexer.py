"""Quotes, escapes and `$` substitutions, as BuildKit's shell lexer reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stagewright.budget import Budget
from stagewright.dockerfile.errors import LanguageError
from stagewright.dockerfile.patterns import replace, trim_prefix, trim_suffix
from stagewright.dockerfile.text import BOM, SPACE

MAX_DEPTH = 100
_SPECIAL = frozenset("@*#?-$!0")
_MISSING_BRACE = "syntax error: missing '}'"


class NestedTooDeeply(LanguageError):
    """Substitutions inside substitutions beyond `MAX_DEPTH`; never taken for a mere quoting mistake."""


@dataclass(frozen=True, slots=True)
class Lexed:
    """The whole word, the same split at unquoted white space, and the variables that had no value."""

    word: str
    words: tuple[str, ...]
    unset: frozenset[str]


class Lexer:
    """Reads one text once. Raises `LanguageError` in BuildKit's wording, `TooLong` for what would not end.

    `raw_quotes` keeps quotes, `raw_escapes` keeps escapes, `keep_unset` leaves unknown variables as written.
    """

    def __init__(
        self,
        text: str,
        env: Mapping[str, str],
        escape: str = "\\",
        *,
        raw_quotes: bool = False,
        raw_escapes: bool = False,
        keep_unset: bool = False,
    ) -> None:
        self._text = text.removeprefix(BOM)
        self._at = 0
        self._env = env
        self._escape = escape
        self._raw_quotes = raw_quotes
        self._raw_escapes = raw_escapes
        self._keep_unset = keep_unset
        self._unset: set[str] = set()
        self._depth = 0
        self._buffer: list[str] = []
        self._budget = Budget()

    def run(self) -> Lexed:
        try:
            word, words = self._until("", self._raw_escapes, False)
        except NestedTooDeeply:
            raise
        except LanguageError as error:
            raise LanguageError(f'failed to process "{self._text}": {error.reason}', self._at) from None
        return Lexed(word, tuple(words), frozenset(self._unset))

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _next(self) -> str:
        char = self._peek()
        self._at += 1
        return char

    def _until(self, stop: str, raw_escapes: bool, pattern: bool) -> tuple[str, list[str]]:
        """Everything up to `stop` (the end of the text when empty), and the same as words."""
        outer_raw, self._raw_escapes = self._raw_escapes, raw_escapes
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NestedTooDeeply(f"substitutions are nested more than {MAX_DEPTH} deep", self._at)
        try:
            result: list[str] = []
            words = _Words(self._buffer)
            while char := self._peek():
                if char == stop:
                    self._at += 1
                    return "".join(result), words.finish()
                if char == "$":
                    piece = self._dollar()
                    words.split(piece)
                elif char == "'":
                    piece = self._single_quoted(pattern)
                    words.add(piece)
                elif char == '"':
                    piece = self._double_quoted(pattern)
                    words.add(piece)
                elif char == "<":
                    piece = self._angle()
                    words.add(piece)
                elif char == self._escape:
                    self._at += 1
                    piece = (char if self._raw_escapes else "") + self._next()
                    if piece:
                        words.add(piece)
                else:
                    self._at += 1
                    piece = char
                    words.split(char)
                result.append(piece)
            if stop:
                raise LanguageError(f"unexpected end of statement while looking for matching {stop}")
            return "".join(result), words.finish()
        finally:
            self._depth -= 1
            self._raw_escapes = outer_raw

    def _single_quoted(self, pattern: bool) -> str:
        start = self._at + 1
        end = self._text.find("'", start)
        if end < 0:
            self._at = len(self._text)
            raise LanguageError("unexpected end of statement while looking for matching single-quote")
        self._at = end + 1
        body = self._text[start:end]
        if pattern:
            body = body.replace(self._escape, self._escape * 2)
        return f"'{body}'" if self._raw_quotes else body

    def _double_quoted(self, pattern: bool) -> str:
        quote = self._next() if self._raw_quotes else self._next()[:0]
        result = [quote]
        while char := self._peek():
            if char == '"':
                self._at += 1
                result.append(quote)
                return "".join(result)
            if char == "$":
                result.append(self._dollar())
                continue
            self._at += 1
            if char == self._escape:
                following = self._peek()
                if not following:
                    continue
                if following in ('"', "$", self._escape):
                    self._at += 1
                    if self._raw_escapes:
                        result.append(char)
                    char = following
                elif self._raw_escapes and (not self._raw_quotes or pattern):
                    result.append(char)
            result.append(char)
        raise LanguageError("unexpected end of statement while looking for matching double-quote")

    def _angle(self) -> str:
        start = self._at
        self._at += 1
        if self._peek() == "<":
            self._at += 1
            while self._peek() in ("\t", "\r", " "):
                self._at += 1
        return self._text[start : self._at]

    def _name(self) -> str:
        start, text = self._at, self._text
        first = self._peek()
        if not first:
            return ""
        if first.isdecimal():
            while self._peek().isdecimal():
                self._at += 1
        elif first in _SPECIAL:
            self._at += 1
        else:
            while (char := self._peek()) and (char == "_" or char.isalpha() or char.isdecimal()):
                self._at += 1
        return text[start : self._at]

    def _get(self, name: str) -> str | None:
        value = self._env.get(name)
        if value is None:
            self._unset.add(name)
            return None
        return self._budget.take(value)

    def _dollar(self) -> str:
        self._at += 1
        if self._peek() != "{":
            name = self._name()
            if not name:
                return "$"
            value = self._get(name)
            if value is None:
                return f"${name}" if self._keep_unset else ""
            return value
        self._at += 1
        if not self._peek():
            raise LanguageError(_MISSING_BRACE)
        if self._peek() in "{}:":
            raise LanguageError("syntax error: bad substitution")
        name = self._name()
        operator = self._next()
        if operator == "}":
            value = self._get(name)
            if value is None:
                return f"${{{name}}}" if self._keep_unset else ""
            return value
        if operator == "/":
            return self._replacement(name)
        colon = operator == ":"
        if colon:
            operator = self._next()
        modifier = (":" if colon else "") + (operator or "\ufffd")
        trims = operator in ("#", "%")
        if (colon and trims) or (not colon and operator not in ("+", "-", "?", "#", "%")):
            raise LanguageError(f"unsupported modifier ({modifier}) in substitution")
        word = self._operand("}", _MISSING_BRACE, trims, trims)
        value = self._get(name)
        if value is None and self._keep_unset:
            return f"${{{name}{modifier}{word}}}"
        return _modified(name, value, colon, operator, modifier, word)

    def _operand(self, stop: str, missing: str, raw_escapes: bool, pattern: bool) -> str:
        try:
            return self._until(stop, raw_escapes, pattern)[0]
        except NestedTooDeeply:
            raise
        except LanguageError:
            if self._peek():
                raise
            raise LanguageError(missing) from None

    def _replacement(self, name: str) -> str:
        everywhere = self._peek() == "/"
        if everywhere:
            self._at += 1
        pattern = self._operand("/", "syntax error: missing '/' in ${}", True, True)
        replacement = self._operand("}", _MISSING_BRACE, True, False)
        value = self._get(name)
        if value is None and self._keep_unset:
            return f"${{{name}/{pattern}/{replacement}}}"
        return replace(value or "", pattern, replacement, self._budget, everywhere=everywhere)


def _modified(name: str, value: str | None, colon: bool, operator: str, modifier: str, word: str) -> str:
    lacking = value is None or (colon and value == "")
    text = value or ""
    match operator:
        case "-":
            return word if lacking else text
        case "+":
            return "" if lacking else word
        case "?":
            if lacking:
                state = "unset" if value is None else "empty"
                raise LanguageError(f"{name}: {word or f'is not allowed to be {state}'}")
            return text
        case "#" | "%":
            greedy = word.startswith(operator)
            trim = trim_prefix if operator == "#" else trim_suffix
            return trim(text, word[1:] if greedy else word, greedy=greedy)
    raise LanguageError(f"unsupported modifier ({modifier}) in substitution")


class _Words:
    """Collects characters into words; only unquoted white space splits.

    The buffer of the current word is shared with nested operands, which empty it: BuildKit does so, and
    loses what stands before `${x:-y}` within a word.
    """

    def __init__(self, buffer: list[str]) -> None:
        buffer.clear()
        self._words: list[str] = []
        self._current = buffer

    def add(self, piece: str) -> None:
        if piece:
            self._current.append(piece)

    def split(self, piece: str) -> None:
        for char in piece:
            if char not in SPACE:
                self._current.append(char)
            elif self._current:
                self._words.append("".join(self._current))
                self._current.clear()

    def finish(self) -> list[str]:
        if self._current:
            self._words.append("".join(self._current))
            self._current.clear()
        return self._words
