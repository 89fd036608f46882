"""What a command leaves in the image, and which commands do not tell."""

from __future__ import annotations

import pytest

from stagewright.design.effects import ACCOUNTS, Untold, effects
from stagewright.shell import parse_shell


def told(text: str, family: str = "debian", *, as_usual: bool = True) -> list[tuple[str, str]]:
    (command,) = parse_shell(text).commands
    return [(one.kind, one.subject) for one in effects(command, family, as_usual=as_usual)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mkdir -p /srv/a b", [("makes", "/srv/a"), ("makes", "b")]),
        ("cp a b /srv/", [("changes", "/srv/")]),
        ("mv a /srv/b", [("makes", "/srv/b"), ("marks", "/srv/b"), ("removes", "a")]),
        ("rm -rf /srv/x/*.log y", [("removes", "/srv/x/"), ("removes", "y")]),
        ("cp -a a /srv/b", [("makes", "/srv/b"), ("marks", "/srv/b")]),
        ("chmod +x /srv/run", [("changes", "/srv/run"), ("marks", "/srv/run")]),
        ("sed -i s/a/b/ conf", [("changes", "conf")]),
        ("virtualenv /venv", [("makes", "/venv")]),
        ("git clone https://example.org/a/tool.git", [("makes", "tool")]),
        ("git clone https://example.org/a/tool.git /opt/tool", [("makes", "/opt/tool")]),
        ("gcc -O2 -o /usr/local/bin/x x.c", [("makes", "/usr/local/bin/x")]),
        ("gcc x.c", [("changes", ".")]),
        ("tar -xf a.tar -C /opt", [("changes", "."), ("marks", "."), ("changes", "/opt"), ("marks", "/opt")]),
        ("make", [("changes", ".")]),
        ("npm run build", [("changes", ".")]),
        ("echo done", []),
        ("nproc --version", []),
    ],
)
def test_paths_are_told(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text) == expected


def test_packages_of_the_distribution_are_named_and_what_they_bring_along() -> None:
    assert told("apt-get install -y --no-install-recommends jq bc=1.0") == [
        ("installs", "jq"),
        ("installs", "bc=1.0"),
    ]
    assert told("apt-get install -y jq")[-1] == ("recommends", "")
    assert told("apt-get purge -y jq") == [("purges", "jq")]


def test_a_languages_installer_writes_where_its_image_has_it() -> None:
    assert told("pip install flask", "python") == [("makes", "/usr/local")]
    assert told("npm install -g serve", "node") == [("makes", "/usr/local")]
    assert told("npm ci", "node") == [("changes", ".")]
    assert ("changes", ".") in told("pip install -e .", "python")


def test_an_account_and_its_home_are_made() -> None:
    home = [("makes", "/home/app"), ("marks", "/home/app")]
    assert told("useradd -m app") == [*(("makes", path) for path in ACCOUNTS), *home]
    assert told("useradd -m -d /srv app")[-1] == ("marks", "/srv")
    assert told("groupadd app") == [("makes", path) for path in ACCOUNTS]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("frobnicate --all", "where `frobnicate` writes"),
        ("make install", "where `make` writes"),
        ("cp $FROM /srv", "which paths `cp` is given"),
        ("pip install flask", "where `pip` writes"),
        ("apt-get install -y $PACKAGES", "what `apt-get` is given"),
        ("apt-get install -t sid jq", "which packages"),
        ("apt-get install ./own_1.0.deb", "which package ./own_1.0.deb is"),
        ("git clone $URL", "what `git` is given"),
        ("useradd -m --base-dir /srv app", "where the user's home is"),
    ],
)
def test_what_the_text_does_not_tell_is_said(text: str, what: str) -> None:
    with pytest.raises(Untold, match=what.replace("$", r"\$")):
        told(text)


@pytest.mark.parametrize(
    ("text", "as_usual"), [("pip install --target /x flask", True), ("pip install flask", False)]
)
def test_an_installer_that_is_led_elsewhere_does_not_tell(text: str, as_usual: bool) -> None:
    with pytest.raises(Untold, match="where `pip` installs"):
        told(text, "python", as_usual=as_usual)
