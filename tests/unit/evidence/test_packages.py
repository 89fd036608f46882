"""What the readers of package databases share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stagewright.evidence import packages
from stagewright.evidence.installed import read_packages
from stagewright.evidence.packages import owner_by_path
from tests.unit.images_of import Link, tree_of

STATUS = "Package: dash\nStatus: install ok installed\nVersion: 1\n"


def test_a_link_of_the_system_that_is_too_long_to_be_a_path_leads_nowhere() -> None:
    tree = tree_of(
        (
            "base",
            {
                "/bin": Link("x" * 1_000_000),
                "/var/lib/dpkg/status": STATUS,
                "/var/lib/dpkg/info/dash.list": "\n".join(f"/bin/{number}" for number in range(100_000)),
            },
        )
    )
    assert not read_packages(tree.files, tree.read_many).owner


def test_a_list_is_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_MOST_BYTES", 1000)
    endless: Iterator[tuple[str, str, str]] = iter(lambda: ("/", "same", "one"), None)
    assert owner_by_path(endless, str) == {"/same": "one"}
