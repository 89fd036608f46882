"""`make mutants`: mutants of the examples' proved designs through `prove`: `python -m tests.mutants`."""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from stagewright.engine import Engine
from tests.e2e.prepare import has_dockerfile, names
from tests.mutants.design import proved_design
from tests.mutants.generate import mutants, sampled
from tests.mutants.judging import Judgement, judge
from tests.mutants.mutant import Mutant

_RIGHT_SHARE = 0.8


def main() -> int:
    """1 where a mutant is called `proved`, or too few are `failed` with the right thing named."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    choices = [name for name in names() if has_dockerfile(name)]
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE", help=f"of {', '.join(choices)}")
    parser.add_argument(
        "--sample",
        type=int,
        default=12,
        metavar="N",
        help="so many of each example, evenly chosen (default: 12)",
    )
    options = parser.parse_args()
    if unknown := set(options.examples) - set(choices):
        parser.error(f"no example with a Dockerfile is called {', '.join(sorted(unknown))}")
    found: list[Judgement] = []
    for example in options.examples or choices:
        found += _example(example, options.sample)
    return _summary(found)


def _example(example: str, sample: int) -> list[Judgement]:
    with tempfile.TemporaryDirectory(prefix="stagewright-mutants-") as folder, Engine.connect() as engine:
        design = proved_design(example, Path(folder), engine)
        unchanged = judge(design, Mutant("nothing", design.dockerfile.text, ()))
        if unchanged.verdict != "proved":
            raise ValueError(f"{example}: the design itself is {unchanged.verdict}: {unchanged.reasons}")
        return [_shown(judge(design, mutant)) for mutant in sampled(mutants(design), sample)]


def _shown(found: Judgement) -> Judgement:
    named = "right" if found.is_right else "WRONG"
    print(f"{found.example:<17} {found.verdict:<10} {named}  {found.mutant.change}", flush=True)
    if not found.is_right:
        print(*(f"    {reason}" for reason in found.reasons[:5]), sep="\n", flush=True)
    return found


def _summary(found: Sequence[Judgement]) -> int:
    verdicts = Counter(item.verdict for item in found)
    right = sum(item.is_right for item in found)
    print(f"{len(found)} mutants: {', '.join(f'{count} {name}' for name, count in sorted(verdicts.items()))}")
    print(f"failed with the right thing named: {right} of {len(found)}")
    return 1 if verdicts["proved"] or right < _RIGHT_SHARE * len(found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
