"""`check` on a part of the corpus, against hadolint where it is there."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.parse import read_corpus

_EVERY = 9


def main() -> None:
    """Print `check: N files/s, hadolint: M files/s, ratio R`, each program called once for all files."""
    texts = read_corpus()[::_EVERY]
    hadolint = shutil.which("hadolint")
    if not texts or not hadolint:
        print(f"check: {'hadolint is not on PATH' if texts else 'the corpus is not here'}")
        return
    with tempfile.TemporaryDirectory(prefix="stagewright-bench-") as folder:
        files = [Path(folder) / f"{number}.Dockerfile" for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8")
        ours = len(files) / _seconds(
            [sys.executable, "-m", "stagewright.cli.main", "check", *map(str, files)]
        )
        theirs = len(files) / _seconds([hadolint, *map(str, files)])
    print(f"check: {ours:.0f} files/s, hadolint: {theirs:.0f} files/s, ratio {ours / theirs:.1f}")


def _seconds(command: Sequence[str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-500:]!r}")
    return time.perf_counter() - started
