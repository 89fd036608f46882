"""`design` without an engine on a thousand files of the corpus, against parsing them in the same run."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from stagewright.dockerfile import parse
from stagewright.errors import UsageError
from stagewright.model.design import Decline, Design
from stagewright.model.request import BuildInputs
from stagewright.verbs.designing import from_text
from stagewright.verbs.loading import load
from stagewright.verbs.place import locate
from tests.bench.parse import read_corpus

_THOUSAND = 1000
_MOST = 20
_ROUNDS = 3


def main() -> None:
    """Print `design: …: S ms a file, parse: T ms a file, ratio R` for all, which may have 20, and for those
    that have a design; the best of three rounds each."""
    texts = read_corpus()[:_THOUSAND]
    if not texts:
        print("design: the corpus is not here")
        return
    with tempfile.TemporaryDirectory(prefix="stagewright-bench-") as root:
        pairs = [(_project(Path(root) / str(number), text), text) for number, text in enumerate(texts)]
        _compare(f"all, at most {_MOST} times", pairs)
        _compare("those with a design", [pair for pair in pairs if isinstance(_design(pair[0]), Design)])


def _compare(which: str, pairs: Sequence[tuple[Path, str]]) -> None:
    folders, texts = zip(*pairs)
    rounds = [(_seconds(_design, folders), _seconds(parse, texts)) for _ in range(_ROUNDS)]
    ours, parsing = (min(seconds) / len(pairs) * 1000 for seconds in zip(*rounds))
    print(
        f"design: {which} ({len(pairs)}): {ours:.2f} ms a file, parse: {parsing:.2f} ms a file, "
        f"ratio {ours / parsing:.1f}"
    )


def _project(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    return folder


def _design(folder: Path) -> Design | Decline | None:
    """None for a file that BuildKit refuses."""
    try:
        return from_text(load(locate(folder)), None, None, BuildInputs())
    except UsageError:
        return None


def _seconds(act: Callable[[Any], object], inputs: Iterable[Any]) -> float:
    start = time.perf_counter()
    for one in inputs:
        with contextlib.suppress(UsageError):
            act(one)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
