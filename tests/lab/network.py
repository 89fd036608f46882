"""The bridges of the lab's engines and the packet filter's rules that come with them."""

import re
import shutil
from pathlib import Path

from tests.lab.commands import LabError, run

FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
SUBNETS = tuple(f"10.{second}.0" for second in range(213, 223))
FAMILIES = ("iptables", "ip6tables")


def add_bridge(name: str) -> None:
    """Make the bridge with the first subnet that no route of this machine uses.

    Its address on the link is set: one that is not becomes the lowest of the containers' that are there, and
    whenever one comes or goes, the others send to an address that is gone.
    """
    if name in links():
        return
    routes = run(["ip", "-4", "route"])
    subnet = next((prefix for prefix in SUBNETS if f"{prefix}." not in routes), None)
    if subnet is None:
        raise LabError(f"every subnet of {', '.join(SUBNETS)} is in use")
    address = "02:00:" + ":".join(f"{int(part):02x}" for part in f"{subnet}.1".split("."))
    run(["ip", "link", "add", name, "address", address, "type", "bridge"])
    run(["ip", "addr", "add", f"{subnet}.1/24", "dev", name])
    run(["ip", "link", "set", name, "up"])


def route_outside(name: str) -> None:
    """Let containers on this bridge out, for an engine that may not touch the packet filter itself."""
    address = re.search(r"inet (\S+)", run(["ip", "-4", "addr", "show", name]))
    if address is None:
        raise LabError(f"{name} has no address")
    subnet = re.sub(r"\.1/24$", ".0/24", address[1])
    FORWARDING.write_text("1\n", encoding="ascii")
    forget(name)
    run(
        [
            "iptables",
            "-w",
            "-t",
            "nat",
            "-A",
            "POSTROUTING",
            "-s",
            subnet,
            "!",
            "-o",
            name,
            "-j",
            "MASQUERADE",
        ]
    )
    run(["iptables", "-w", "-I", "FORWARD", "-i", name, "-j", "ACCEPT"])
    run(["iptables", "-w", "-I", "FORWARD", "-o", name, "-j", "ACCEPT"])


def remove_bridge(name: str) -> None:
    if name in links():
        run(["ip", "link", "delete", name])


def remove_networks() -> None:
    """Remove the bridges that the engine made for its users' networks."""
    for name in links():
        if re.fullmatch(r"br-[0-9a-f]{12}", name):
            run(["ip", "link", "delete", name])


def links() -> list[str]:
    if not shutil.which("ip"):
        return []
    return [line.split()[0] for line in run(["ip", "-brief", "link"]).splitlines()]


def forget(pattern: str) -> None:
    """Remove every packet filter rule and chain in which the regular expression is found."""
    for family in FAMILIES:
        if not shutil.which(f"{family}-save"):
            continue
        before = run([f"{family}-save"])
        kept = [line for line in before.splitlines() if not re.search(pattern, line)]
        if kept != before.splitlines():
            run([f"{family}-restore", "-w"], stdin="\n".join(kept) + "\n")
