"""Names and what they stand for."""

import hashlib
from dataclasses import dataclass

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class Taken(Exception):
    pass


@dataclass
class Link:
    target: str
    visits: int = 0


class Links:
    def __init__(self) -> None:
        self._links: dict[str, Link] = {}

    def __len__(self) -> int:
        return len(self._links)

    def add(self, target: str, name: str | None = None) -> str:
        """The name; one is made of the target where none is given."""
        name = name or short_name(target)
        known = self._links.get(name)
        if known is not None and known.target != target:
            raise Taken(name)
        self._links.setdefault(name, Link(target))
        return name

    def get(self, name: str) -> Link | None:
        return self._links.get(name)

    def follow(self, name: str) -> str | None:
        link = self._links.get(name)
        if link is None:
            return None
        link.visits += 1
        return link.target


def short_name(target: str, length: int = 6) -> str:
    """The same target has the same name, on every machine."""
    number = int.from_bytes(hashlib.sha256(target.encode()).digest()[:8])
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[index])
    return "".join(letters)
