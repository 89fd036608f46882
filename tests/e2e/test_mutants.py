"""A design that was proved, with one thing changed, is never proved; `make mutants` tries all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.engine import Engine
from tests.mutants.design import proved_design
from tests.mutants.generate import mutants
from tests.mutants.judging import judge

pytestmark = pytest.mark.engine

CHANGES = {
    "git-service": (
        "package git dropped",
        "COPY without /usr/local/bin/waitress-serve",
        "COPY of /etc/mime.types dropped",
        "printf x >> /app/service.py",
        "rm /etc/nsswitch.conf",
    ),
    "node-cli": (
        "ENV PATH begins with /tmp",
        "WORKDIR dropped",
        "USER 1000",
        "rm -r /tool/node_modules/marked",
        "chmod u-s /usr/bin/chfn",
    ),
}


@pytest.mark.parametrize("example", CHANGES)
def test_a_sample_of_mutants_fails_by_name(example: str, tmp_path: Path, engine: Engine) -> None:
    design = proved_design(example, tmp_path, engine)
    made = {mutant.change: mutant for mutant in mutants(design)}
    judged = [judge(design, made[change]) for change in CHANGES[example]]
    wrong = {item.mutant.change: (item.verdict, item.reasons) for item in judged if not item.is_right}
    assert wrong == {}
