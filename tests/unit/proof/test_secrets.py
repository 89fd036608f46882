import pytest

from stagewright.proof.secrets import secrets
from tests.unit.proof.trees import file, tree


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/root/.npmrc", "//registry/:_authToken=abcdefgh12345"),
        ("/app/.env", "AWS=AKIAABCDEFGHIJKLMNOP"),
        ("/app/key.pem", "-----BEGIN RSA PRIVATE KEY-----"),
        ("/etc/pip.conf", "extra-index-url = https://me:hunter22@example.org/simple"),
        ("/root/.ssh/id_rsa", "anything"),
    ],
)
def test_a_secret_above_the_base_is_named_by_its_place(path: str, content: str) -> None:
    assert secrets(tree(file(path, content, layer=1)), 1) == (path,)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/app/.env", "PORT=3000"),
        ("/root/.npmrc", "fund=false"),
        ("/app/cert.pem", "-----BEGIN CERTIFICATE-----"),
        ("/app/config.json", '{"url": "postgres://postgres:postgres@localhost/db"}'),
    ],
)
def test_what_only_looks_like_one_is_none(path: str, content: str) -> None:
    assert secrets(tree(file(path, content, layer=1)), 1) == ()


def test_the_base_is_not_the_users() -> None:
    assert secrets(tree(file("/root/.ssh/id_rsa", layer=0)), 1) == ()


def test_a_value_in_the_history_is_named_and_not_repeated() -> None:
    image = tree(layers=("FROM", "RUN |1 NPM_TOKEN=abcdef123 /bin/sh -c npm ci"))
    assert secrets(image, 1) == ("NPM_TOKEN in the history",)


def test_a_variable_that_a_command_reads_is_none() -> None:
    assert secrets(tree(layers=("FROM", "RUN /bin/sh -c TOKEN=$(cat /run/secrets/t) npm ci")), 1) == ()
