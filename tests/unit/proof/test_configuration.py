from __future__ import annotations

import dataclasses

import pytest

from stagewright.model.design import Allowance
from stagewright.model.image import Healthcheck, ImageConfig
from stagewright.model.proof import ConfigDifference
from stagewright.proof.configuration import compare

BEFORE = ImageConfig(
    env=(("PATH", "/go/bin:/bin"), ("GREETING", "hello"), ("GOLANG_VERSION", "1.24")),
    cmd=("app",),
    workdir="/app",
    architecture="amd64",
)
BASE = ImageConfig(env=(("GOLANG_VERSION", "1.24"), ("PATH", "/go/bin:/bin")))


def differences(
    after: ImageConfig,
    allows: tuple[Allowance, ...] = (),
    before: ImageConfig = BEFORE,
    after_base: ImageConfig | None = None,
    read: frozenset[str] = frozenset(),
) -> tuple[ConfigDifference, ...]:
    return compare(
        before,
        after,
        before_base=BASE,
        after_base=after_base,
        is_dir=lambda path: path == "/bin",
        allows=allows,
        read=read,
    )


def env(*pairs: tuple[str, str]) -> ImageConfig:
    return dataclasses.replace(BEFORE, env=pairs)


def test_a_variable_of_the_base_that_the_application_reads_stays() -> None:
    after = env(*(pair for pair in BEFORE.env if pair[0] != "GOLANG_VERSION"))
    assert [one.hardening for one in differences(after)] == ["base"]
    assert [one.hardening for one in differences(after, read=frozenset({"GOLANG_VERSION"}))] == [""]


def test_a_place_of_the_users_in_path_stays_though_it_is_not_there() -> None:
    before = env(("PATH", "/data/bin:/go/bin:/bin"))
    assert [one.hardening for one in differences(env(("PATH", "/data/bin:/bin")), before=before)] == ["base"]
    assert [one.hardening for one in differences(env(("PATH", "/bin")), before=before)] == [""]


def test_the_same_is_the_same() -> None:
    assert differences(BEFORE) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cmd", ("other",)),
        ("entrypoint", ("tini",)),
        ("user", "1000"),
        ("workdir", "/"),
        ("exposed", ("80/tcp",)),
        ("volumes", ("/data",)),
        ("healthcheck", Healthcheck(("CMD", "true"))),
        ("stopsignal", "SIGINT"),
        ("shell", ("/bin/bash", "-c")),
        ("architecture", "arm64"),
    ],
)
def test_each_field_counts_and_may_be_declared(field: str, value: object) -> None:
    after = dataclasses.replace(BEFORE, **{field: value})  # type: ignore[arg-type]
    (found,) = differences(after)
    assert (found.subject, found.hardening) == (field, "")
    (declared,) = differences(after, (Allowance("config", field, "start"),))
    assert declared.hardening == "start"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user", "root"),
        ("user", "0:0"),
        ("stopsignal", "15"),
        ("shell", ("/bin/sh", "-c")),
        ("workdir", "/app/"),
    ],
)
def test_two_ways_to_say_the_same(field: str, value: object) -> None:
    assert differences(dataclasses.replace(BEFORE, **{field: value})) == ()  # type: ignore[arg-type]


def test_a_lost_variable_of_the_user_is_named() -> None:
    (found,) = differences(env(("PATH", "/go/bin:/bin"), ("GOLANG_VERSION", "1.24")))
    assert found == ConfigDifference("env:GREETING", "hello", "(not set)")


def test_a_variable_of_the_old_tool_chain_may_go() -> None:
    found = differences(env(("PATH", "/go/bin:/bin"), ("GREETING", "hello")))
    assert found == (ConfigDifference("env:GOLANG_VERSION", "1.24", "(not set)", "base"),)


def test_the_users_own_version_may_not() -> None:
    before = dataclasses.replace(BEFORE, env=(*BEFORE.env, ("APP_VERSION", "3")))
    (found,) = differences(BEFORE, before=before)
    assert (found.subject, found.hardening) == ("env:APP_VERSION", "")


def test_a_search_path_may_lose_folders_that_are_not_there() -> None:
    rest = BEFORE.env[1:]
    (found,) = differences(env(("PATH", "/bin"), *rest))
    assert (found.subject, found.hardening) == ("env:PATH", "base")
    (found,) = differences(env(("PATH", "/go/bin"), *rest))
    assert (found.subject, found.hardening) == ("env:PATH", "")


def test_a_new_variable_is_a_difference_unless_the_base_notes_it_about_itself() -> None:
    after = env(*BEFORE.env, ("NGINX_VERSION", "1.26"), ("NODE_ENV", "production"))
    base = ImageConfig(env=(("NGINX_VERSION", "1.26"), ("NODE_ENV", "production")))
    found = {item.subject: item.hardening for item in differences(after, after_base=base)}
    assert found == {"env:NGINX_VERSION": "base", "env:NODE_ENV": ""}
