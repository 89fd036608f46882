from pathlib import Path

import pytest

from stagewright.errors import UsageError
from stagewright.model.design import HARDENINGS
from stagewright.verbs.settings import MinSaving, Settings, load

WHOLE = """\
harden = ["user", "health"]
min_saving = "10 %"

[[probes]]
http = "3000/health"
status = 200
matches = "ok|fine"

[[probes]]
tcp = 3000

[[probes]]
exec = "tool --version"
exit = 1

[[probes]]
log = "list.ning"

[env]
B = "2"
A = "1"

[build_args]
VERSION = "1.2"

[compose]
file = "deploy/compose.yaml"
service = "web"
"""


def test_a_file_says_what_the_command_line_could(tmp_path: Path) -> None:
    (tmp_path / "stagewright.toml").write_text(WHOLE)
    settings = load(tmp_path)
    assert settings.harden == frozenset({"user", "health"})
    assert settings.min_saving == MinSaving(0, 0.1)
    assert [str(probe) for probe in settings.probes] == [
        "http:3000/health=200~ok|fine",
        "tcp:3000",
        "exec:tool --version=1",
        "log~list.ning",
    ]
    assert {probe.origin for probe in settings.probes} == {"stagewright.toml"}
    assert settings.env == (("A", "1"), ("B", "2"))
    assert settings.build_args == (("VERSION", "1.2"),)
    assert settings.compose == (tmp_path / "deploy/compose.yaml", "web")
    assert settings.place == tmp_path / "stagewright.toml"


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings()


def test_the_nearest_one_within_the_repository_counts(tmp_path: Path) -> None:
    (tmp_path / "stagewright.toml").write_text("harden = true\n")
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (repository / "service" / "deep").mkdir(parents=True)
    assert load(repository / "service").place is None
    (repository / "stagewright.toml").write_text("harden = false\n")
    assert load(repository / "service" / "deep").harden == frozenset()
    (repository / "service" / "stagewright.toml").write_text("harden = true\n")
    assert load(repository / "service" / "deep").harden == frozenset(HARDENINGS)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text("harden = true\n")
    context = tmp_path / "context"
    context.mkdir()
    (context / "stagewright.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert load(context) == Settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hardn = true", "stagewright.toml:1:1: unknown key 'hardn' (did you mean harden?)"),
        ("harden = true\n\n[enw]\nA = '1'", "stagewright.toml:3:2: unknown key 'enw' (did you mean env?)"),
        ('harden = ["users"]', "no hardening is called 'users' (did you mean user?)"),
        ("harden = 1", "harden: a list of strings"),
        ('probes = ["tcp:1"]', "probes: tables are expected"),
        ("[[probes]]\nudp = 1", "probes: unknown key 'udp' (did you mean tcp?)"),
        ("[[probes]]\ntcp = 1\nstatus = 200", "is no probe"),
        ("[[probes]]\nstatus = 200", "is no probe"),
        ("[[probes]]\ntcp = 70000", "column 5"),
        (f"[[probes]]\ntcp = '{'9' * 5000}'", "column 5"),
        (f"[[probes]]\nhttp = 0x{'f' * 5000}", "an integer of more than 64 bits"),
        (f"min_saving = 0x{'f' * 5000}", "an integer of more than 64 bits"),
        (f"min_saving = '{'9' * 400} GB'", "is no size"),
        ("[compose]\nfile = 'loop/compose.yaml'\nservice = 'a'", "lies outside"),
        ('[compose]\nfile = "a\\u0000b"\nservice = "a"', "lies outside"),
        ('[[probes]]\nlog = "("', "not a regular expression"),
        ("env = 3", "env: a table of strings"),
        ("[build_args]\nA = 1", "build_args: a table of strings"),
        ('compose = "compose.yaml"', "compose: a table of strings"),
        ('compose = {file = "compose.yaml"}', "compose: file and service"),
        ('compose = {file = "../compose.yaml", service = "a"}', "../compose.yaml lies outside"),
        ('min_saving = "much"', "min_saving: 'much' is no size"),
        ("min_saving = true", "min_saving: True is no size"),
        ("harden = ", "not TOML"),
        ("a = " + "[" * 5000, "not TOML"),
        ("a = " + "9" * 5000, "not TOML"),
    ],
)
def test_what_has_no_meaning_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "stagewright.toml").write_text(text)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UsageError) as raised:
        load(tmp_path)
    assert said in str(raised.value)
    assert str(tmp_path / "stagewright.toml") in str(raised.value)
    assert raised.value.hint


def test_the_larger_bound_counts() -> None:
    assert MinSaving().is_met(100_000_000, 95_000_000)
    assert not MinSaving().is_met(100_000_000, 95_000_001)
    assert not MinSaving().is_met(1_000_000_000, 951_000_000)
    assert MinSaving(5, 0.0).is_met(10, 5)
