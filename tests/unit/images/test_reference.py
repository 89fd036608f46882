import pytest

from stagewright.images import Reference

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("node", Reference("docker.io", "library/node")),
        ("oven/bun:1", Reference("docker.io", "oven/bun", "1")),
        ("docker.io/library/node:22", Reference("docker.io", "library/node", "22")),
        (f"ghcr.io/a/b:1@{DIGEST}", Reference("ghcr.io", "a/b", "1", DIGEST)),
        ("localhost:5000/app", Reference("localhost:5000", "app")),
        ("index.docker.io/node", Reference("docker.io", "library/node")),
    ],
)
def test_a_reference_is_taken_apart(text: str, expected: Reference) -> None:
    assert Reference.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("docker.io/library/node", "node"),
        ("docker.io/oven/bun:1", "oven/bun:1"),
        (f"gcr.io/distroless/static@{DIGEST}", f"gcr.io/distroless/static@{DIGEST}"),
        ("localhost:5000/app:2", "localhost:5000/app:2"),
    ],
)
def test_the_normal_form_reads_back_as_the_same(text: str, normal: str) -> None:
    assert str(Reference.parse(text)) == normal
    assert Reference.parse(normal) == Reference.parse(text)


@pytest.mark.parametrize(
    "text", ["", "$BASE", "${BASE}:1", "scratch", "Node", "node:", "node@sha256:1", "a b"]
)
def test_what_no_engine_accepts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        Reference.parse(text)
