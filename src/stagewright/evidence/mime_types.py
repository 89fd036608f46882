"""The system's tables of MIME types, which standard libraries read by themselves where they are.

Python's `mimetypes` and Go's `mime` know few types of their own: without a table they have no answer for
`.woff2`, and a web server sends another Content-Type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_TABLES = (
    "/etc/mime.types",
    "/etc/apache2/mime.types",
    "/etc/apache/mime.types",
    "/etc/httpd/conf/mime.types",
)
_OF_GO = ("/usr/share/mime/globs2", "/usr/local/share/mime/globs2", *_TABLES)
_IMPORTED = re.compile(r"\bmimetypes\b")
_NAMED = b"/etc/mime.types"


def tables(
    texts: Mapping[str, str], commands: Iterable[tuple[str, ...]], programs: Mapping[str, bytes | None]
) -> dict[str, str]:
    """The tables that something reads, with who it is.

    `texts` is code by path; `programs` are compiled ones, with None where the content is not at hand.
    """
    for path, content in sorted(programs.items()):
        if content is None or _NAMED in content:
            return dict.fromkeys(_OF_GO, path)
    for path, text in sorted(texts.items()):
        if path.endswith(".py") and _IMPORTED.search(text):
            return dict.fromkeys(_TABLES, path)
    for words in commands:
        if "http.server" in words:
            return dict.fromkeys(_TABLES, " ".join(words))
    return {}
