import pytest

from stagewright.images import default_user, release, runtime_base, slim_variant


@pytest.mark.parametrize(
    ("ref", "slim"),
    [
        ("node", "node:slim"),
        ("node:latest", "node:slim"),
        ("node:22", "node:22-slim"),
        ("node:lts", "node:lts-slim"),
        ("docker.io/library/node:22.1.0", "node:22.1.0-slim"),
        ("node:22-bookworm", "node:22-bookworm-slim"),
        ("python:3.11", "python:3.11-slim"),
        ("python:3.11-bookworm", "python:3.11-slim-bookworm"),
        ("oven/bun", "oven/bun:slim"),
        ("oven/bun:1", "oven/bun:1-slim"),
        ("oven/bun:1-debian", "oven/bun:1-slim"),
        ("debian:bookworm", "debian:bookworm-slim"),
        ("debian:12.5", "debian:12.5-slim"),
        ("debian:bookworm-20240110", "debian:bookworm-20240110-slim"),
        ("debian", "debian:stable-slim"),
        ("buildpack-deps:bookworm-scm", "debian:bookworm-slim"),
        ("ruby:3.3-bookworm", "ruby:3.3-slim-bookworm"),
        ("eclipse-temurin:21", "eclipse-temurin:21-jre"),
        ("eclipse-temurin:21-jdk-jammy", "eclipse-temurin:21-jre-jammy"),
    ],
)
def test_the_slim_sibling(ref: str, slim: str) -> None:
    assert slim_variant(ref) == slim


@pytest.mark.parametrize(
    "ref",
    [
        "node:22-slim",
        "node:22-alpine",
        "node:22-alpine3.20",
        "python:3.13-slim-bookworm",
        "${BASE}",
        "node:$VERSION",
        "node:22@sha256:" + "a" * 64,
        "oven/bun:1-distroless",
        "golang:1.24",
        "nginx:1.27",
        "ubuntu:24.04",
        "example.com/node:22",
        "php:8.3-apache",
        "node:22-windowsservercore",
        "eclipse-temurin:21-jre",
        "scratch",
    ],
)
def test_none_is_invented(ref: str) -> None:
    assert slim_variant(ref) is None


@pytest.mark.parametrize(
    ("ref", "static", "base"),
    [
        ("golang:1.24", True, "gcr.io/distroless/static-debian13"),
        ("golang:1.24-bookworm", True, "gcr.io/distroless/static-debian12"),
        ("golang:1.24-bookworm", False, "debian:bookworm-slim"),
        ("golang:1.26", False, "debian:trixie-slim"),
        ("golang:1.24.3", False, None),
        ("golang:1.24-alpine", False, None),
        ("golang:1.24-alpine", True, "gcr.io/distroless/static-debian12"),
        ("node:22", True, None),
    ],
)
def test_what_a_compiled_program_runs_on(ref: str, static: bool, base: str | None) -> None:
    assert runtime_base(ref, static) == base


@pytest.mark.parametrize(("version", "base"), [("3.22", "alpine:3.22"), ("", None), ("edge", None)])
def test_what_musl_wants_is_of_the_builders_own_release(version: str, base: str | None) -> None:
    assert runtime_base("golang:1.26-alpine", False, version) == base


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("node:22", "bookworm"),
        ("node:22.3.1-slim", "bookworm"),
        ("node:22-trixie", "trixie"),
        ("node:22-alpine", "alpine"),
        ("python:3.13", "trixie"),
        ("python:3.13.1", None),
        ("debian:12", "bookworm"),
        ("debian:12.4-slim", "bookworm"),
        ("ubuntu:24.04", "noble"),
        ("alpine:3.20", "alpine"),
        ("gcr.io/distroless/base-debian12:nonroot", "bookworm"),
        ("example.com/app:1-bookworm", "bookworm"),
        ("example.com/app", None),
        ("$BASE", None),
    ],
)
def test_the_release(ref: str, expected: str | None) -> None:
    assert release(ref) == expected


@pytest.mark.parametrize(
    ("ref", "user"),
    [
        ("node:22-slim", (1000, "node")),
        ("oven/bun:1", (1000, "bun")),
        ("nginxinc/nginx-unprivileged:stable", (101, "nginx")),
        ("gcr.io/distroless/static-debian12", (65532, "nonroot")),
        ("python:3.13", None),
        ("debian:bookworm", None),
        ("$BASE", None),
    ],
)
def test_the_user_that_the_image_brings(ref: str, user: tuple[int, str] | None) -> None:
    assert default_user(ref) == user
