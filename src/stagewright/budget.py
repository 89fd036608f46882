"""How much text variables may bring: a few lines that double a value mean more than a machine holds."""

from __future__ import annotations

MAX_LENGTH = 1 << 20


class TooLong(ValueError):
    """What the variables stand for passes `MAX_LENGTH`."""

    def __init__(self) -> None:
        super().__init__(f"the variables stand for a value of more than {MAX_LENGTH} characters: too long")


class Budget:
    """Counts the text that is taken, and raises TooLong once it passes `MAX_LENGTH` in all."""

    def __init__(self) -> None:
        self._left = MAX_LENGTH

    def take(self, text: str) -> str:
        """The text itself."""
        self._left -= len(text)
        if self._left < 0:
            raise TooLong
        return text
