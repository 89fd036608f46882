from dataclasses import replace

import pytest

from stagewright.model.image import Healthcheck, ImageConfig
from stagewright.proof.wanted import wanted
from tests.unit.proof.trees import Tree, file, folder, tree

PASSWD = "root:x:0:0:root:/root:/bin/sh\n"
APP = "app:x:1001:1001::/home/app:/bin/sh\n"


def allowed(name: str, before: Tree, after: Tree) -> set[tuple[str, str]]:
    (hardening,) = wanted({name}, before, after)
    assert all(item.by == name for item in hardening.allows)
    assert hardening.on == bool(hardening.allows)
    return {(item.kind, item.subject) for item in hardening.allows}


def as_user(passwd: str, user: str = "app") -> Tree:
    return tree(
        file("/etc/passwd", passwd),
        file("/etc/skel/.profile", "skeleton"),
        folder("/home/app", uid=1001, gid=1001),
        file("/home/app/.profile", "skeleton", uid=1001, gid=1001),
        file("/home/app/.secret", "not of the skeleton", uid=1001, gid=1001),
        file("/app/main.js", "main", uid=1001, gid=1001),
        file("/app/other.js", "other", uid=1002),
        file("/usr/bin/tool", "tool", uid=1001, gid=1001),
        config=ImageConfig(user=user),
    )


BEFORE = tree(
    file("/etc/passwd", PASSWD),
    file("/app/main.js", "main"),
    file("/app/other.js", "other"),
    file("/usr/bin/tool", "tool"),
)


@pytest.mark.parametrize("user", ["app", "1001", "1001:1001", "app:1001"])
def test_a_user_owns_what_is_his_and_nothing_of_the_system(user: str) -> None:
    assert allowed("user", BEFORE, as_user(PASSWD + APP, user)) == {
        ("config", "user"),
        ("behaviour", "user"),
        ("owner", "/app/main.js"),
        ("changed", "/etc/passwd"),
        ("added", "/home/app"),
        ("added", "/home/app/.profile"),
    }


def test_another_account_beside_it_is_not_wanted() -> None:
    other = "rescue:x:0:0::/root:/bin/sh\n"
    assert ("changed", "/etc/passwd") not in allowed("user", BEFORE, as_user(PASSWD + APP + other))


@pytest.mark.parametrize("user", ["", "root", "0", "0:0"])
def test_root_is_no_hardening(user: str) -> None:
    assert allowed("user", BEFORE, as_user(PASSWD + APP, user)) == set()


def test_a_health_check_may_come_and_not_go() -> None:
    checked = replace(ImageConfig(), healthcheck=Healthcheck(("CMD", "true")))
    before, after = tree(), tree(config=checked)
    assert allowed("health", before, after) == {("config", "healthcheck"), ("behaviour", "healthy")}
    assert allowed("health", after, before) == set()


def test_a_start_may_be_written_otherwise_and_must_still_come_up() -> None:
    before = tree(config=ImageConfig(cmd=("npm", "start")))
    after = tree(config=ImageConfig(cmd=("node", "dist/index.js")))
    subjects = allowed("start", before, after)
    assert ("config", "cmd") in subjects
    assert ("config", "entrypoint") not in subjects
    assert not {("behaviour", "exit_code"), ("behaviour", "answers"), ("behaviour", "ports")} & subjects
    assert allowed("start", after, after) == set()


def test_settings_of_the_runtime_may_come_and_those_of_the_application_not() -> None:
    before = tree(config=ImageConfig(env=(("DATABASE", "a"),)))
    after = tree(config=ImageConfig(env=(("DATABASE", "b"), ("NODE_ENV", "production"))))
    subjects = allowed("env", before, after)
    assert ("config", "env:NODE_ENV") in subjects
    assert ("config", "env:DATABASE") not in subjects


def test_a_port_may_be_declared_and_not_taken_back() -> None:
    before, after = tree(), tree(config=ImageConfig(exposed=("80/tcp",)))
    assert allowed("expose", before, after) == {("config", "exposed")}
    assert allowed("expose", after, before) == set()


def test_only_the_names_that_are_asked_for_are_given() -> None:
    after = tree(config=ImageConfig(exposed=("80/tcp",), cmd=("x",)))
    assert [item.name for item in wanted({"expose", "gate"}, tree(), after)] == ["gate", "expose"]
    assert wanted(set(), tree(), after) == ()
