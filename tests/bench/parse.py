"""Parsing the corpus, arguments typed, against PyPI `dockerfile` in the same run."""

from __future__ import annotations

import contextlib
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stagewright.dockerfile import parse
from stagewright.errors import UsageError

_CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "dockerfiles.tar.xz"
_ROUNDS = 3


def main() -> None:
    """Print `parse: N files/s, dockerfile: M files/s, ratio R` (the best of three rounds each)."""
    texts = read_corpus()
    if not texts:
        print("parse: the corpus is not here")
        return
    import dockerfile

    rounds = [(_rate(parse, texts), _rate(dockerfile.parse_string, texts)) for _ in range(_ROUNDS)]
    ours, theirs = (max(rates) for rates in zip(*rounds))
    print(f"parse: {ours:.0f} files/s, dockerfile: {theirs:.0f} files/s, ratio {ours / theirs:.2f}")


def read_corpus() -> list[str]:
    """The texts of the shared corpus, in the archive's order; none where it is absent."""
    if not _CORPUS.exists():
        return []
    texts = []
    with tarfile.open(_CORPUS) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None and member.name.endswith(".Dockerfile"):
                texts.append(content.read().decode("utf-8", "replace"))
    return texts


def _rate(read: Callable[[str], Any], texts: list[str]) -> float:
    start = time.perf_counter()
    for text in texts:
        with contextlib.suppress(ValueError, UsageError):  # what is refused counts as read
            read(text)
    return len(texts) / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
