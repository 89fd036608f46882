"""A thousand real Dockerfiles, `design` without an engine: a sound design, or a decline with a reason."""

from __future__ import annotations

from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from stagewright.dockerfile import DockerfileSyntaxError, parse
from stagewright.model.design import HARDENINGS, Decline, Design
from stagewright.report import design_json, design_markdown
from tests.conformance.buildkit import ask
from tests.conformance.declines import DOCUMENT
from tests.conformance.designing import THOUSAND, designed, faults, fill, thousand

_CHUNK = 125
_FEWEST = {"bare": 2, "filled": 2}


@cache
def _files() -> dict[str, bytes]:
    return thousand()


@pytest.mark.parametrize("start", range(0, THOUSAND, _CHUNK))
@pytest.mark.parametrize("context", ["bare", "filled"])
def test_each_has_a_sound_design_or_a_reason(context: str, start: int, tmp_path: Path) -> None:
    files = dict(islice(_files().items(), start, start + _CHUNK))
    assert len(files) == _CHUNK
    reasons = DOCUMENT.read_text(encoding="utf-8")
    designs: dict[str, Design] = {}
    wrong = []
    for number, ((name, data), answer) in enumerate(zip(files.items(), ask(files.values()))):
        folder = tmp_path / str(number)
        folder.mkdir()
        if context == "filled":
            fill(folder, data)
        try:
            result = designed(folder, data)
        except DockerfileSyntaxError as error:
            if not _refused(answer):
                wrong.append((name, f"refused: {error}"))
            continue
        if isinstance(result, Decline):
            if f"`{result.code}`" not in reasons or not result.reason.endswith("."):
                wrong.append((name, f"declined: {result}"))
            continue
        hardened = designed(folder, data, frozenset(HARDENINGS))
        assert isinstance(hardened, Design), name
        designs |= {name: result, f"{name} hardened": hardened}
        original = parse(data.decode("utf-8", "surrogateescape"))
        wrong += [(name, fault) for one in (result, hardened) for fault in faults(original, one)]
        assert design_markdown.markdown(result) and design_json.to_json(result), name
    texts = [one.dockerfile.encode("utf-8", "surrogateescape") for one in designs.values()]
    wrong += [(name, str(answer)) for name, answer in zip(designs, ask(texts)) if _refused(answer)]
    assert wrong == []
    assert len(designs) >= _FEWEST[context], "hardly a file has a design any more"


def _refused(answer: dict[str, Any]) -> bool:
    return bool(answer["ParseError"] or answer["InstructionError"])
