"""The lab's engines: up, down, and up again after anything that may have happened to them."""

import contextlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.lab import daemons, network, packages
from tests.lab.commands import LabError, run, say, succeeds
from tests.lab.paths import CACHE, RUN

RUN_PACKAGES = {"iptables": "iptables", "iproute2": "ip", "kmod": "modprobe", "procps": "ps"}
START_SECONDS = 60
# The engine's own rule empties the build cache when a fifth of the disk is not free.
BUILD_CACHE = {"enabled": True, "policy": [{"all": True, "keepStorage": "20GB"}]}
# A resolver that does not answer at once is asked again: a busy machine loses some of its datagrams.
DNS_OPTIONS = ["timeout:3", "attempts:5"]
MACHINE_SOCKET = Path("/var/run/docker.sock")
FORWARDING_WAS_OFF = "forwarding-was-off"


@dataclass(frozen=True, slots=True)
class Engine:
    """One private engine: where its programs, its data and its sockets are."""

    name: str
    programs: Path
    bridge: str
    containerd_version: int
    """Of containerd's configuration file."""
    owns_filter: bool
    """Whether it manages the packet filter: two engines on one machine would empty each other's chains."""

    @property
    def home(self) -> Path:
        """Holds the programs of this and of earlier versions."""
        return self.programs.parent

    @property
    def data(self) -> Path:
        return CACHE / f"data-{self.name}"

    @property
    def state(self) -> Path:
        return RUN / self.name

    @property
    def socket(self) -> Path:
        return self.state / "docker.sock"

    @property
    def host(self) -> str:
        return f"unix://{self.socket}"


def current(programs: Path) -> Engine:
    return Engine("current", programs, "swlab0", containerd_version=3, owns_filter=True)


def oldest(programs: Path) -> Engine:
    return Engine("oldest", programs, "swlab1", containerd_version=2, owns_filter=False)


def up(engine: Engine) -> None:
    """Bring the engine up.

    One that does not answer, or that an earlier version of the programs runs, is cleaned away first, and with
    it data that no engine starts on.
    """
    if answers(engine) and daemons.processes(engine.programs):
        return
    packages.ensure(RUN_PACKAGES)
    clean(engine)
    try:
        start(engine)
    except LabError as error:
        say(f"{error}\nstarting again without the old data")
        clean(engine)
        shutil.rmtree(engine.data, ignore_errors=True)
        start(engine)
    say(f"engine up ({engine.name})")


def answers(engine: Engine) -> bool:
    return daemons.pings(engine.socket)


def down(engine: Engine) -> None:
    """Stop the engine and remove all that it made: processes, mounts, sockets, data, bridges, rules."""
    clean(engine)
    shutil.rmtree(engine.data, ignore_errors=True)
    if RUN.exists() and not any(path.is_dir() for path in RUN.iterdir()):
        if (RUN / FORWARDING_WAS_OFF).exists() and not another_engine_runs():
            network.FORWARDING.write_text("0\n", encoding="ascii")
        shutil.rmtree(RUN)
        remove_empty_folders()
    say(f"engine down ({engine.name})")


def remove_empty_folders() -> None:
    """Folders that the programs make at fixed places, whatever their configuration says."""
    for name in ("containerd/s", "containerd", "docker/plugins", "docker"):
        with contextlib.suppress(OSError):  # not there, or somebody else's
            Path("/run", name).rmdir()


def start(engine: Engine) -> None:
    engine.state.mkdir(parents=True)
    engine.data.mkdir(parents=True, exist_ok=True)
    if network.FORWARDING.read_text(encoding="ascii").strip() == "0":
        (RUN / FORWARDING_WAS_OFF).touch()
    network.add_bridge(engine.bridge)
    if not engine.owns_filter:
        network.route_outside(engine.bridge)
    env = {"PATH": f"{engine.programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    # Memory for time: what both throw away in hundreds of builds is looked for less often.
    env["GOGC"] = "400"
    log = engine.state / "containerd.log"
    daemon = daemons.start([engine.programs / "containerd", "-c", containerd_config(engine)], log, env)
    daemons.wait_until(lambda: daemons.accepts(containerd_socket(engine)), START_SECONDS, daemon, log)
    log = engine.state / "dockerd.log"
    daemon = daemons.start([engine.programs / "dockerd", *dockerd_options(engine)], log, env)
    daemons.wait_until(lambda: answers(engine), START_SECONDS, daemon, log)


def containerd_socket(engine: Engine) -> Path:
    return engine.state / "containerd.sock"


def containerd_config(engine: Engine) -> Path:
    path = engine.state / "containerd.toml"
    lines = [
        f"version = {engine.containerd_version}",
        f'root = "{engine.data / "containerd"}"',
        f'state = "{engine.state / "containerd"}"',
        'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
        "[grpc]",
        f'address = "{containerd_socket(engine)}"',
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def dockerd_options(engine: Engine) -> list[str]:
    config = engine.state / "daemon.json"  # so that the machine's own /etc/docker is not read
    settings = {"builder": {"gc": BUILD_CACHE}, "dns-opts": DNS_OPTIONS}
    config.write_text(json.dumps(settings), encoding="utf-8")
    options = {
        "--config-file": config,
        "--host": engine.host,
        "--containerd": containerd_socket(engine),
        "--data-root": engine.data / "docker",
        "--exec-root": engine.state / "docker",
        "--pidfile": engine.state / "docker.pid",
        "--bridge": engine.bridge,
        "--userland-proxy-path": engine.programs / "docker-proxy",
    }
    flags = ["--ip-forward-no-drop"] if engine.owns_filter else ["--iptables=false", "--ip-forward=false"]
    return [f"{name}={value}" for name, value in options.items()] + flags


def clean(engine: Engine) -> None:
    """Remove what a running or killed engine left, except its data."""
    daemons.stop(engine.home, engine.data)
    daemons.unmount_below(engine.state, engine.data)
    shutil.rmtree(engine.state, ignore_errors=True)
    network.remove_bridge(engine.bridge)
    if not shutil.which("iptables-save"):
        return
    if engine.owns_filter and not another_engine_runs():
        network.remove_networks()
        network.forget(rf"DOCKER|\b{engine.bridge}\b|\bbr-[0-9a-f]{{12}}\b")
    else:
        network.forget(rf"\b{engine.bridge}\b")


def another_engine_runs() -> bool:
    """Whether the machine has an engine of its own, whose chains have the same names."""
    return daemons.pings(MACHINE_SOCKET)


def machine_engine_pulls(client: Path) -> bool:
    """Whether the machine's own engine reaches a registry: then the real images are to be had."""
    return another_engine_runs() and succeeds(
        [client, "-H", f"unix://{MACHINE_SOCKET}", "pull", "-q", "busybox"]
    )


def loaded(client: Path, engine: Engine) -> dict[str, str]:
    """The tags in the engine's store, and each one's image id."""
    options = ["image", "ls", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"]
    listing = run([client, "-H", engine.host, *options])
    return dict(line.split(" ", 1) for line in listing.splitlines() if "<none>" not in line)
