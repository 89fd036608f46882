"""The system's tables of ports' and protocols' names, which standard libraries read by themselves.

`getservbyname` and its like exist in every language, and have no answer where the tables are not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from stagewright.evidence.code import mentions

SERVICES, PROTOCOLS = "/etc/services", "/etc/protocols"
# A named port in the place of a number is looked up too.
_ASKED = {
    SERVICES: re.compile(
        r"\bgetserv(?:byname|byport|ent)(?:\s*\(|\s+['\"])|\bgetnameinfo\s*\(|\blookupService\s*\(|\bLookupPort\s*\("
        r"|\bgetaddrinfo\s*\(\s*+[^,()\n]+,\s*+['\"][a-z]|\bgetent\s+services\b|/etc/services\b"
    ),
    PROTOCOLS: re.compile(
        r"\bgetproto(?:byname|bynumber|ent)(?:\s*\(|\s+['\"])|\bgetent\s+protocols\b|/etc/protocols\b"
    ),
}
_MENTIONED = (
    "getserv",
    "getnameinfo",
    "lookupService",
    "LookupPort",
    "getaddrinfo",
    "services",
    "getproto",
    "protocols",
)
_LINKED = {SERVICES: (b"/etc/services", b"getservby"), PROTOCOLS: (b"/etc/protocols", b"getprotoby")}


def tables(
    texts: Mapping[str, str], commands: Iterable[tuple[str, ...]], programs: Mapping[str, bytes | None]
) -> dict[str, str]:
    """The tables that something reads, with who it is.

    `texts` is code by path; `programs` are compiled ones, with None where the content is not at hand.
    """
    found = {}
    texts = {path: text for path, text in texts.items() if mentions(text, _MENTIONED)}
    for table, asked in _ASKED.items():
        started = (" ".join(words) for words in commands)
        readers = (
            *(path for path, text in sorted(texts.items()) if asked.search(text)),
            *(path for path, content in sorted(programs.items()) if _reads(content, table)),
            *(command for command in started if asked.search(command)),
        )
        if readers:
            found[table] = readers[0]
    return found


def _reads(content: bytes | None, table: str) -> bool:
    return content is None or any(name in content for name in _LINKED[table])
