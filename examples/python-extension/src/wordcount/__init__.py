"""How often each word occurs in a text."""

from wordcount._count import count_words, word_total

__all__ = ["count_words", "most_common", "word_total"]


def most_common(text: str, limit: int = 10) -> list[tuple[str, int]]:
    """The most frequent words; words of the same frequency in alphabetical order."""
    counts = count_words(text.lower())
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]
