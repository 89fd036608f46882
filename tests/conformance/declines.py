"""The page that counts what `design` says without an engine: `python -m tests.conformance.declines`."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from stagewright.dockerfile import DockerfileSyntaxError
from stagewright.model.design import Decline
from tests.conformance.designing import THOUSAND, designed, fill, thousand

DOCUMENT = Path(__file__).parents[2] / "docs" / "design-without-an-engine.md"
_DESIGN, _REFUSED = "a design", "an error with its line (exit code 2)"
_MEANING = {
    "no-smaller-base": "The base is slim or Alpine already, or the text alone does not tell a smaller "
    "one; with an engine many of these have a design.",
    "multi-stage": "It has several stages already; `stagewright check` says what can be better.",
    "tool-chain": "Nothing is started but a shell or an interpreter, or nothing at all.",
    "unknown-place": "An instruction does not tell where its files are; the reason names its line.",
    "unknown-base": "FROM names its base by a variable that has no value: give `--build-arg`.",
    "nothing-made": "The instructions leave no file that production would need.",
    "escape": "It uses another escape character, as Windows images do.",
    "stage-name": "It copies from an image that has the name of a stage to be.",
    "too-scattered": "What production needs lies in too many places.",
    "machine-path": "Production needs a path that is another one on other platforms.",
    "needs-shell": "The smaller base has no shell, and production takes one to be made.",
}
_HEAD = f"""\
# `design` without an engine

`stagewright design --no-engine` and `apply --unproved` have the text alone. A design takes along all that the
instructions made, on the slim variant of the base; where an instruction does not tell where its files are,
the file is declined with the line. This is what they say of {THOUSAND} Dockerfiles of public repositories,
of which the rest of the repository is not there: in an empty context, and in one that has empty files of the
names that COPY and ADD give and small manifests. `python -m tests.conformance.declines` writes this page.

| outcome | what it means | empty context | files as named |
|---|---|---:|---:|
"""


def counted(*, filled: bool) -> Counter[str]:
    """How many of the thousand have each outcome."""
    outcomes: Counter[str] = Counter()
    for data in thousand().values():
        with tempfile.TemporaryDirectory(prefix="stagewright-declines-") as name:
            folder = Path(name)
            if filled:
                fill(folder, data)
            try:
                result = designed(folder, data)
            except DockerfileSyntaxError:
                outcomes[_REFUSED] += 1
                continue
            outcomes[result.code if isinstance(result, Decline) else _DESIGN] += 1
    return outcomes


def page(bare: Counter[str], filled: Counter[str]) -> str:
    """The document: designs and errors first, then each reason, the most frequent first."""
    codes = sorted(_MEANING, key=lambda code: (-filled[code], code))
    rows = [
        (_DESIGN, "several stages, to be proved with an engine"),
        *((f"`{code}`", _MEANING[code]) for code in codes),
        (_REFUSED, "BuildKit refuses the file too"),
    ]
    keys = (_DESIGN, *codes, _REFUSED)
    return _HEAD + "".join(
        f"| {outcome} | {meaning} | {bare[key]} | {filled[key]} |\n"
        for key, (outcome, meaning) in zip(keys, rows)
    )


if __name__ == "__main__":
    DOCUMENT.write_text(page(counted(filled=False), counted(filled=True)), encoding="utf-8")
