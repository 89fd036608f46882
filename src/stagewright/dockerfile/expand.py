"""Variables in words, as BuildKit expands them."""

from __future__ import annotations

from collections.abc import Mapping

from stagewright.dockerfile.lexer import Lexer

_PLAIN = frozenset("$'\"<")


def expand_word(word: str, env: Mapping[str, str], escape: str = "\\") -> str:
    """One word: variables replaced, quotes and escapes gone, white space kept.

    Raises `LanguageError`, `TooLong`.
    """
    if escape not in word and _PLAIN.isdisjoint(word):
        return word
    return Lexer(word, env, escape).run().word


def expand_words(text: str, env: Mapping[str, str], escape: str = "\\") -> tuple[str, ...]:
    """As `expand_word`, then split at white space that is not quoted. Raises `LanguageError`, `TooLong`."""
    return Lexer(text, env, escape).run().words


def unset_variables(word: str, env: Mapping[str, str], escape: str = "\\") -> frozenset[str]:
    """The variables of a word that `env` does not have. Raises `LanguageError`, `TooLong`."""
    return Lexer(word, env, escape).run().unset
