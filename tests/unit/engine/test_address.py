from pathlib import Path

import pytest

from stagewright.engine import address
from stagewright.engine.address import Address, find_address
from stagewright.engine.errors import EngineMissing


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(address, "DEFAULT_SOCKET", tmp_path / "docker.sock")
    monkeypatch.setenv("PATH", str(tmp_path))


def _client(folder: Path, says: str, code: int = 0) -> None:
    script = folder / "docker"
    script.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    script.chmod(0o755)


def test_docker_host_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "docker.sock").touch()
    monkeypatch.setenv("DOCKER_HOST", "unix:///elsewhere.sock")
    assert find_address().socket == Path("/elsewhere.sock")


def test_then_the_usual_socket(tmp_path: Path) -> None:
    (tmp_path / "docker.sock").touch()
    assert find_address() == Address(f"unix://{tmp_path}/docker.sock")


def test_then_the_current_context(tmp_path: Path) -> None:
    _client(tmp_path, "unix:///home/me/.docker/run/docker.sock")
    assert find_address() == Address("unix:///home/me/.docker/run/docker.sock")


def test_a_chosen_context_goes_before_the_usual_socket(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "docker.sock").touch()
    _client(tmp_path, "tcp://far:2375")
    monkeypatch.setenv("DOCKER_CONTEXT", "far")
    assert find_address().host_port == ("far", 2375)


def test_nothing_at_all() -> None:
    with pytest.raises(EngineMissing) as caught:
        find_address()
    assert "DOCKER_HOST" in caught.value.hint


def test_a_context_that_cannot_be_told(tmp_path: Path) -> None:
    _client(tmp_path, "", code=1)
    with pytest.raises(EngineMissing, match="no Docker engine was found"):
        find_address()


def test_tls_for_tcp_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", "/certificates")
    monkeypatch.setenv("DOCKER_HOST", "tcp://far")
    assert find_address() == Address("tcp://far", Path("/certificates"))
    assert find_address().host_port == ("far", 2376)
    monkeypatch.setenv("DOCKER_HOST", "unix:///a.sock")
    assert find_address() == Address("unix:///a.sock")


def test_a_form_that_is_not_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://me@far")
    with pytest.raises(EngineMissing, match="ssh://me@far"):
        find_address()


def test_a_user_without_a_home_needs_none_for_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.setenv("DOCKER_HOST", "unix:///a.sock")
    assert find_address().url == "unix:///a.sock"
