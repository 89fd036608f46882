"""`make bench`: ratios of speed and size, each pair measured in one run: `python -m tests.bench`."""

from __future__ import annotations

import sys

from tests.bench import check, design, examples, parse, start


def main() -> int:
    for part in (parse, design, check, start, examples):
        part.main()
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
