"""What is read from the machine: certificate authorities, apt's settings, processes, packet filter rules."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import commands, daemons, machine, network, packages

PUBLIC = "-----BEGIN CERTIFICATE-----\nAAAA\nBBBB\n-----END CERTIFICATE-----\n"
OWN = "-----BEGIN CERTIFICATE-----\nCCCC\n-----END CERTIFICATE-----\n"


@pytest.fixture
def fresh_certificates() -> Iterator[None]:
    machine.own_certificates.cache_clear()
    yield
    machine.own_certificates.cache_clear()


@pytest.mark.usefixtures("fresh_certificates")
@pytest.mark.parametrize(
    ("bundle", "own"), [(PUBLIC + OWN, OWN), (PUBLIC, ""), (PUBLIC.replace("\n", "\r\n"), "")]
)
def test_own_certificates_are_those_that_are_not_public(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundle: str, own: str
) -> None:
    (tmp_path / "mozilla").mkdir()
    (tmp_path / "mozilla/one.crt").write_text(PUBLIC)
    (tmp_path / "bundle").write_text(bundle, newline="")
    monkeypatch.setattr(machine, "PUBLIC", tmp_path / "mozilla")
    monkeypatch.setattr(machine, "BUNDLE", tmp_path / "bundle")
    assert machine.own_certificates() == own


def test_apt_settings_are_only_those_about_reaching_an_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = 'Acquire::http::Proxy "http://proxy:3128";'
    dump = f'{proxy}\nAcquire::Languages "none";\nDPkg::Tools "";\nAcquire::http "";\n'
    monkeypatch.setattr(machine, "run", lambda _: dump)
    assert machine.apt_settings() == f"{proxy}\n"


def test_stopping_ends_the_programs_of_one_folder_and_no_others(tmp_path: Path) -> None:
    sleep = Path(shutil.which("sleep") or "/bin/sleep").resolve()
    ours, other = tmp_path / "ours", tmp_path / "other"
    for folder in (ours, other):
        folder.mkdir()
        shutil.copy(sleep, folder / "sleep")
    victim = subprocess.Popen([ours / "sleep", "600"])
    bystander = subprocess.Popen([other / "sleep", "600"])
    try:
        while victim.pid not in daemons.processes(ours):
            time.sleep(0.01)  # until it is its own program and no longer ours
        assert daemons.processes(ours) == [victim.pid]
        daemons.stop(ours, tmp_path / "data")
        assert victim.wait() == -signal.SIGTERM
        assert bystander.poll() is None
    finally:
        for process in (victim, bystander):
            process.kill()
            process.wait()


def test_a_socket_that_nobody_listens_on_does_not_answer(tmp_path: Path) -> None:
    assert not daemons.pings(tmp_path / "docker.sock")
    (tmp_path / "docker.sock").write_text("")
    assert not daemons.pings(tmp_path / "docker.sock")
    assert not daemons.accepts(tmp_path / "docker.sock")


def test_waiting_in_vain_shows_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    daemon = daemons.start(["sh", "-c", "echo the reason; exit 7"], log, {})
    with pytest.raises(commands.LabError, match=r"ended with 7; .*\nthe reason"):
        daemons.wait_until(lambda: False, 60, daemon, log)


def test_waiting_has_a_limit(tmp_path: Path) -> None:
    daemon = daemons.start(["sleep", "600"], tmp_path / "log", {})
    with pytest.raises(commands.LabError, match="is not ready"):
        daemons.wait_until(lambda: False, 0, daemon, tmp_path / "log")
    daemon.kill()
    daemon.wait()


def test_forgetting_drops_the_rules_that_match_and_keeps_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = "-A FORWARD -i eth0 -j ACCEPT\nCOMMIT\n"
    rules = f"*filter\n:FORWARD ACCEPT\n:DOCKER-USER -\n-A FORWARD -j DOCKER-USER\n{kept}"
    restored: list[str] = []

    def run(arguments: list[str], *, stdin: str | None = None) -> str:
        if stdin is not None:
            restored.append(stdin)
        return rules

    monkeypatch.setattr(network, "run", run)
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "iptables-save" else None)
    network.forget("DOCKER")
    assert restored == [f"*filter\n:FORWARD ACCEPT\n{kept}"]
    network.forget("swlab1")
    assert len(restored) == 1


def test_a_failure_shows_what_the_program_said() -> None:
    with pytest.raises(commands.LabError, match="exit code 3\nno luck"):
        commands.run(["sh", "-c", "echo no luck; exit 3"])


def test_a_passing_failure_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    script = f"echo x >> {tmp_path}/tries; test $(wc -l < {tmp_path}/tries) = 3 && echo done"
    assert commands.run(["sh", "-c", script], attempts=3) == "done\n"


def test_witnesses_of_packages(tmp_path: Path) -> None:
    assert packages.present("sh")
    assert not packages.present("no-such-program")
    assert packages.present(str(tmp_path))
    assert not packages.present(str(tmp_path / "absent"))
