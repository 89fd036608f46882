"""The order of a build: what installs by name, and what an edit of the source changes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from stagewright.design.hoisting import hoisted
from stagewright.design.written import building
from stagewright.dockerfile import parse
from stagewright.model.image import ImageConfig
from stagewright.model.project import Project

FILES = ("go.mod", "go.sum", "main.go", "package.json", "pkg/a.go", "src/a.js", "requirements.txt")
PROJECT = Project(Path("/shop"), dict.fromkeys(FILES, 1))
APT = "RUN set -x && apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y ca-certificates curl"
GO = ("WORKDIR /app", "COPY go.* ./", "RUN go mod download")


def ordered(*lines: str, workdir: str = "") -> tuple[list[str], int]:
    df = parse("\n".join(("FROM golang:1.26", *lines, 'CMD ["/app"]', "")))
    base = ImageConfig(workdir=workdir, env=(("GOPATH", "/go"),))
    steps, end = hoisted(df, df.stages[0], building(df.stages[0]), PROJECT, base, {"PLACE": "/shop"})
    return [df.text[one.span.start : one.span.end] for one in steps], end


def moved(*lines: str, workdir: str = "") -> bool:
    steps, end = ordered(*lines, workdir=workdir)
    assert (steps == list(lines)) is (end == 0)
    return end > 0


def test_the_systems_packages_come_after_manifests_and_before_the_source() -> None:
    build = ("COPY . ./", "RUN go build -v -o server")
    assert ordered(*GO, *build, APT) == ([*GO, APT, *build], 4)


def test_the_order_among_them_stays() -> None:
    apt = ("RUN apt-get update", "RUN apt-get install -y curl", "RUN pip install flask")
    steps, end = ordered("WORKDIR /app", "COPY src ./src", apt[0], "WORKDIR /app/src", apt[1], apt[2])
    assert (steps, end) == (["WORKDIR /app", *apt, "COPY src ./src", "WORKDIR /app/src"], 4)


def test_it_goes_above_the_lower_copy_where_the_upper_one_holds_it() -> None:
    upper, lower = ("COPY main.go /etc/main.go", "RUN ./prepare.sh"), ("COPY . /app", "RUN go vet ./...")
    assert ordered(*upper, *lower, APT) == ([*upper, APT, *lower], 3)


def test_settings_go_along_with_what_they_are_for() -> None:
    copy, later = "COPY . /app/$NAME", ("ENV PORT=80", "RUN go build")
    settings = ("ARG PROXY=x", "ENV http_proxy=$PROXY", 'SHELL ["/bin/bash", "-c"]')
    order = [*settings, APT, "COPY . /app/x", *later]
    assert ordered("COPY . /app/x", *settings, APT, *later) == (order, 4)
    assert not moved("ARG NAME=x", copy, "ENV NAME=y", APT)
    assert not moved("ARG NAME=x", "COPY --chown=$NAME . /app", "ENV NAME=y", APT)
    assert not moved("WORKDIR /app", "COPY . .", "RUN go build", "ENV A=b", APT)
    assert not moved("WORKDIR /app", "COPY . .", "ENV A=b", "RUN go build")


@pytest.mark.parametrize(
    "copy",
    [
        "ADD . /app",
        "COPY --chown=1:1 src /usr/src/app/",
        "COPY *.go $GOPATH/src/",
        "COPY main.go /opt/",
        "COPY missing /app/",
    ],
)
def test_source_that_is_passed(copy: str) -> None:
    assert moved(copy, APT)


@pytest.mark.parametrize(
    "lines",
    [
        ("COPY go.mod go.sum /app/",),
        ("ADD https://example.org/tool /app/",),
        ("COPY <<EOF /app/file\ntext\nEOF",),
        ("COPY . /",),
        ("COPY . .",),
        ("COPY main.go /etc/apt/preferences.d/main",),
        ("COPY src /usr/local/bin/",),
        ("COPY src /tmp/src/",),
        ("COPY . $UNKNOWN",),
        ("WORKDIR $UNKNOWN", "COPY . app"),
        ("COPY . /app", "WORKDIR /etc/nginx"),
        ("COPY . /app", "COPY --from=busybox /bin/busybox /opt/"),
        ("COPY . /app", "USER app"),
    ],
)
def test_what_is_not_passed(lines: Iterable[str]) -> None:
    assert not moved(*lines, APT)


def test_a_folder_is_what_the_base_and_the_arguments_say() -> None:
    assert moved("COPY . .", APT, workdir="/go")
    assert moved("ARG PLACE=/etc", "WORKDIR ${PLACE:?}", "COPY . .", APT)


@pytest.mark.parametrize(
    "run",
    [
        "npm ci && npm run build > /dev/null 2>&1",
        "mkdir -p /app/data && chmod 755 run.sh",
        "go build -ldflags \"-X main.v=$VERSION\" -o /usr/local/bin/server",
        "--mount=type=cache,target=/root/.cache pip install -r requirements.txt",
    ],
)  # fmt: skip
def test_a_build_is_passed(run: str) -> None:
    assert moved("WORKDIR /app", "COPY . .", f"RUN {run}", APT)


@pytest.mark.parametrize(
    "run",
    [
        "./prepare.sh",
        "curl -sL https://deb.nodesource.com/setup_22.x | bash",
        "echo 'deb https://example.org stable main' > /etc/apt/sources.list.d/example.list",
        "cp sources.list /etc/apt/sources.list",
        "cp sources.list //etc/apt/sources.list",
        "cp sources.list ../etc/apt/sources.list",
        "useradd app",
        "dpkg -i tool.deb",
        "apt-get purge -y gcc",
        "apt-get install -y $PACKAGES",
    ],
)
def test_what_sets_the_system_up_is_not_passed(run: str) -> None:
    assert not moved("WORKDIR /app", "COPY . .", "RUN go build", f"RUN {run}", APT)


@pytest.mark.parametrize(
    "run",
    [
        "apt-get update && apt-get install -y libpq-dev",
        "apt-get update && apt-get install -y gcc=4:12.2",
        "apk add --no-cache git",
        "apt-get install -y python3-yaml",
        "apt-get build-dep -y nginx",
        "apt-get upgrade -y",
        "apt-get install -y curl && apt-get purge -y gcc",
        "pip install flask",
    ],
)
def test_a_build_may_do_otherwise_after_these(run: str) -> None:
    assert not moved("WORKDIR /app", "COPY . .", "RUN go build", f"RUN {run}")
    assert moved("WORKDIR /app", "COPY . .", f"RUN {run}", "RUN go build")
