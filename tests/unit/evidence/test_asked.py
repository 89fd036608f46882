from __future__ import annotations

import pytest

from stagewright.evidence.asked import read_instructions, staying

OWNER = {"/usr/bin/dot": "graphviz", "/usr/bin/curl": "curl", "/usr/bin/msgfmt": "gettext"}


def test_names_and_programs_come_from_the_history() -> None:
    found = read_instructions(
        (
            "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends graphviz=2.42-9 "
            "libgl1:amd64 curl/bookworm # buildkit",
            "RUN |2 A=b C=d e /bin/bash -o pipefail -c curl -sSL https://example.org | tar xz # buildkit",
            "RUN /bin/sh -c pip install flask # buildkit",
            "COPY . . # buildkit",
        )
    )
    assert found.asked == {"graphviz", "libgl1", "curl"}
    assert {"apt-get", "curl", "tar", "pip"} <= found.run


@pytest.mark.parametrize(
    ("installed", "then", "stays"),
    [
        ("graphviz", "true", ("graphviz",)),
        ("libgl1", "true", ("libgl1",)),
        # It is there for the build: by its name, or because a RUN runs it.
        ("libpq-dev gcc g++-12 build-essential pkg-config", "true", ()),
        ("curl gettext", "curl -O https://example.org/x && msgfmt x", ()),
        ("curl", "true", ("curl",)),
    ],
)
def test_what_only_a_build_uses_is_told_by_its_name_or_its_use(
    installed: str, then: str, stays: tuple[str, ...]
) -> None:
    history = (f"RUN /bin/sh -c apt-get install -y {installed} && {then} # buildkit",)
    assert staying(read_instructions(history), OWNER) == stays
