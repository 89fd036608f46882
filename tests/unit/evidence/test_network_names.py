import pytest

from stagewright.evidence.network_names import PROTOCOLS, SERVICES, tables


@pytest.mark.parametrize(
    ("texts", "commands", "programs", "who"),
    [
        ({"/a.py": "socket.getservbyname('https')"}, (), {}, {SERVICES: "/a.py"}),
        ({"/a.pl": "getservbyname 'https', 'tcp'"}, (), {}, {SERVICES: "/a.pl"}),
        ({"/a.py": "socket.getaddrinfo(host, 'postgresql')"}, (), {}, {SERVICES: "/a.py"}),
        ({"/a.py": "socket.getaddrinfo(host, 5432)"}, (), {}, {}),
        ({"/a.js": "dns.lookupService('::1', 22, done)"}, (), {}, {SERVICES: "/a.js"}),
        ({"/a.js": "dns.lookup('example.org', done)"}, (), {}, {}),
        ({"/a.php": "getprotobyname('icmp')"}, (), {}, {PROTOCOLS: "/a.php"}),
        ({"/a.py": "__all__ = ['getservbyname']"}, (), {}, {}),
        ({}, (("getent", "services", "ssh"),), {}, {SERVICES: "getent services ssh"}),
        ({}, (), {"/app/c": b"\x7fELF getprotobyname"}, {PROTOCOLS: "/app/c"}),
        ({}, (), {"/app/go": b"\x7fELF /etc/services"}, {SERVICES: "/app/go"}),
        ({}, (), {"/app/large": None}, {SERVICES: "/app/large", PROTOCOLS: "/app/large"}),
        ({}, (), {"/app/none": b"\x7fELF"}, {}),
    ],
)
def test_who_reads_the_tables(
    texts: dict[str, str],
    commands: tuple[tuple[str, ...], ...],
    programs: dict[str, bytes | None],
    who: dict[str, str],
) -> None:
    assert tables(texts, commands, programs) == who


def test_a_call_without_an_end_asks_for_nothing() -> None:
    assert tables({"a.py": "getaddrinfo(" + " " * 1_000_000}, (), {}) == {}
