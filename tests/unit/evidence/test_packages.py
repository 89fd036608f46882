"""What the readers of package databases share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagewright.evidence import packages
from stagewright.evidence.asked import recommended
from stagewright.evidence.installed import read_packages
from stagewright.evidence.packages import NO_PACKAGES, Package, Packages, owner_by_path
from tests.unit.images_of import Link, tree_of

MANY = 20_000
CHAIN = Packages(
    {
        f"{number}": Package(f"{number}", "1", (f"{number + 1}",), (f"{number + 1}",))
        for number in range(MANY)
    },
    {},
)
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


def test_a_field_of_many_lines_is_joined_once() -> None:
    status = STATUS + "Depends: libc6,\n" + " libx,\n" * 1_000_000
    tree = tree_of(("base", {"/var/lib/dpkg/status": status}))
    depends = read_packages(tree.files, tree.read_many).installed["dash"].depends
    assert (depends[:2], len(depends)) == (("libc6", "libx"), 1_000_001)


def test_a_list_is_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_MOST_BYTES", 1000)
    endless: Iterator[tuple[str, str, str]] = iter(lambda: ("/", "same", "one"), None)
    assert owner_by_path(endless, str) == {"/same": "one"}


def test_a_long_chain_of_packages_is_walked_once() -> None:
    assert len(CHAIN.closure(*CHAIN.installed)) == MANY
    assert CHAIN.brought(CHAIN.installed.keys()) == CHAIN.installed.keys() - {"0"}
    assert len(recommended("0", CHAIN, NO_PACKAGES)) == MANY - 1


@settings(deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(*[st.sampled_from("abcdefgh")] * 2)), st.sets(st.sampled_from("abcdefghi")))
def test_what_others_bring_along(edges: list[tuple[str, str]], names: set[str]) -> None:
    depends = {one: tuple(other for by, other in edges if by == one) for one in "abcdefgh"}
    packages = Packages({one: Package(one, "1", others) for one, others in depends.items()}, {})
    closures = {name: packages.closure(name) for name in names}
    assert packages.brought(names) == {
        name for name in names for other in names if name in closures[other] and other not in closures[name]
    }
    assert packages.closure(*names) == frozenset[str]().union(*closures.values())
