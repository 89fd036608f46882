"""What is tested is what was built."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stagewright.design.testing import like_build, like_own_build
from stagewright.dockerfile import parse
from tests.unit.design.recipes import BUN, GO

RECIPE = replace(GO, test_like=("CGO_ENABLED", "-tags=", "-mod=", "-trimpath"))


@pytest.mark.parametrize(
    ("runs", "command"),
    [
        (["go build ."], "go test ./..."),
        (["CGO_ENABLED=0 GOOS=linux go build -trimpath -o /app ."], "CGO_ENABLED=0 go test -trimpath ./..."),
        (["go build -trimpath=true ."], "go test -trimpath=true ./..."),
        (["go build -tags 'netgo osusergo' ."], "go test -tags='netgo osusergo' ./..."),
        (["go build --tags=a -mod vendor ."], "go test -tags=a -mod=vendor ./..."),
        (["go build -tags $TAGS ."], "go test ./..."),
        (["go build -o . -tags"], "go test ./..."),
        (["apt-get update && CGO_ENABLED=1 go build .", "go vet ."], "CGO_ENABLED=1 go test ./..."),
        (["go build -tags a -o a .", "go build -tags a -o b ./b"], "go test -tags=a ./..."),
        (["go build -tags a -o a .", "go build -o b ./b"], "go test ./..."),
        (["CGO_ENABLED=0 make"], "go test ./..."),
    ],
)
def test_the_tests_are_told_what_the_users_build_is_told(runs: list[str], command: str) -> None:
    df = parse("\n".join(("FROM golang:1.26", "COPY . .", *(f"RUN {run}" for run in runs), "")))
    assert like_build(RECIPE, df, df.stages[0]) == command


def test_the_tests_are_told_what_the_recipes_build_is_told() -> None:
    built = replace(RECIPE, build=("CGO_ENABLED=0 go build -trimpath -o /app .",))
    assert like_own_build(built) == "CGO_ENABLED=0 go test -trimpath ./..."
    assert like_own_build(replace(built, test_like=())) == "go test ./..."
    assert like_own_build(BUN) == BUN.test
