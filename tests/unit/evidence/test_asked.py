from __future__ import annotations

import pytest

from stagewright.evidence.asked import read_instructions, recommended, staying
from stagewright.evidence.packages import NO_PACKAGES, Package, Packages

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
    assert found.asked == {"graphviz": False, "libgl1": False, "curl": False}
    assert {"apt-get", "curl", "tar", "pip"} <= found.run


@pytest.mark.parametrize(
    ("installed", "then", "stays"),
    [
        ("graphviz", "true", ("graphviz",)),
        ("libgl1", "true", ("libgl1",)),
        # It is there for the build: by its name, or because a RUN runs it.
        ("libpq-dev gcc g++-12 build-essential pkg-config", "true", ()),
        ("curl gettext", "curl -O https://example.org/x && msgfmt x", ()),
        # Tools of people.
        ("curl vim", "true", ()),
        # Whoever asks for a version wants to know that it is there.
        ("graphviz", "dot -V", ("graphviz",)),
    ],
)
def test_what_only_a_build_uses_is_told_by_its_name_or_its_use(
    installed: str, then: str, stays: tuple[str, ...]
) -> None:
    history = (f"RUN /bin/sh -c apt-get install -y {installed} && {then} # buildkit",)
    assert staying(read_instructions(history), OWNER) == stays


def test_what_code_may_call_stays_all_the_same() -> None:
    history = ("RUN /bin/sh -c apt-get install -y curl && curl -O https://example.org/x # buildkit",)
    assert staying(read_instructions(history), OWNER, frozenset({"curl"})) == ("curl",)
    assert staying(read_instructions(history), OWNER, frozenset({"dot"})) == ()


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("apt-get install -y x", True),
        ("apt-get install -y --no-install-recommends x", False),
        ("apt-get -o APT::Install-Recommends=false install x", False),
        ("apk add x", False),
    ],
)
def test_whether_recommendations_come_along(words: str, more: bool) -> None:
    assert read_instructions((f"RUN /bin/sh -c {words} # buildkit",)).asked == {"x": more}


def test_recommendations_of_all_that_a_package_brings() -> None:
    installed = {
        "imagemagick": Package("imagemagick", "7", ("libmagick",), ("ghostscript", "absent")),
        "libmagick": Package("libmagick", "7", (), ("libmagick-extra",)),
        "libmagick-extra": Package("libmagick-extra", "7"),
        "ghostscript": Package("ghostscript", "10", (), ("fonts",)),
        "fonts": Package("fonts", "1"),
    }
    packages = Packages(installed, {})
    assert recommended("imagemagick", packages, NO_PACKAGES) == {
        "ghostscript": "imagemagick",
        "libmagick-extra": "libmagick",
        "fonts": "ghostscript",
    }
    before = Packages({name: installed[name] for name in ("libmagick", "ghostscript")}, {})
    assert recommended("imagemagick", packages, before) == {"ghostscript": "imagemagick"}
