"""The compiler's own cache, mounted where the user's instructions compile."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.design.compiling import cache_after, with_cache
from stagewright.design.written import step_of
from stagewright.dockerfile import parse
from stagewright.model.design import StagePlan
from stagewright.model.image import ImageConfig
from stagewright.model.project import Project

ROOT = ImageConfig()
PROJECT = Project(Path("/My Shop"), {"go.mod": 1})
MOUNT = "--mount=type=cache,id=my-shop-go-build,target=/root/.cache/go-build"


def steps(*lines: str, base: ImageConfig = ROOT) -> list[str]:
    df = parse("\n".join(("FROM golang:1.26", *lines, "")))
    stage = df.stages[0]
    plan = StagePlan("builder", "Build", "deps", tuple(step_of(df, one) for one in stage.instructions))
    return [step.text for step in with_cache(df, stage, plan, PROJECT, base).steps]


def test_what_compiles_finds_what_was_compiled_before() -> None:
    lines = ("COPY . .", "RUN CGO_ENABLED=0 go build \\\n      -o /app .", "RUN go vet ./...", 'CMD ["/app"]')
    assert steps(*lines) == [
        lines[0],
        f"RUN {MOUNT} \\\n    CGO_ENABLED=0 go build \\\n      -o /app .",
        *lines[2:],
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("RUN --mount=type=secret,id=t go build",),
        ('RUN ["go", "build"]',),
        ("RUN go build && rm -rf /root/.cache",),
        ("RUN go build && go clean -cache",),
        ("RUN GOCACHE=/c go build",),
        ("ENV GOCACHE=/c", "RUN go build"),
        ("ENV HOME=/home/me", "RUN go build"),
        ("USER 1000", "RUN go build"),
        ("RUN make",),
    ],
)
def test_the_text_stays_where_the_cache_lies_elsewhere_or_is_taken_away(lines: tuple[str, ...]) -> None:
    assert steps(*lines) == list(lines)


def test_the_bases_own_user_and_environment_count() -> None:
    assert steps("RUN go build", base=ImageConfig(user="1000")) == ["RUN go build"]
    assert steps("RUN go build", base=ImageConfig(env=(("GOCACHE", "/c"),))) == ["RUN go build"]
    assert steps("USER root", "RUN go build", base=ImageConfig(user="1000"))[1].startswith(f"RUN {MOUNT}")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("RUN go build",), True),
        (("RUN go build", "USER root"), True),
        (("RUN go build", "USER 1000"), False),
        (("RUN go build", "ENV GOCACHE=/tmp/c"), False),
        (("USER 1000", "RUN go build", "USER root"), False),
        (("RUN make",), False),
        ((), False),
    ],
)
def test_what_stands_on_what_compiled_has_the_cache_where_it_may_use_it(
    lines: tuple[str, ...], found: bool
) -> None:
    df = parse("\n".join(("FROM golang:1.26", *lines, "")))
    stage = df.stages[0]
    plan = StagePlan("builder", "Build", "deps", tuple(step_of(df, one) for one in stage.instructions))
    plan = with_cache(df, stage, plan, PROJECT, ROOT)
    assert [f"--mount={mount}" for mount in cache_after(stage, plan, PROJECT, ROOT)] == [MOUNT] * found
