"""Whether code lists, serves or reads whole folders, so that any file of them may be needed."""

from __future__ import annotations

import re

_LISTING = re.compile(
    r"(?:http\.server|SimpleHTTP|express\.static|serveStatic|serve_static|StaticFiles|send_from_directory"
    r"|sendFile|iter_modules|walk_packages|find_modules|readdir\w*|listdir|scandir|os\.walk|r?glob(?!al)\w*|iterdir|FileServer|ParseGlob|WalkDir|fs\.Sub"
    r"|os\.DirFS|autoindex|Bun\.file|open\w*|readFile\w*|read_text|createReadStream|import\.meta\.glob)"
    r"\s*\(?(?P<rest>[^\n]{0,100})"
)
_WHOLE = re.compile(
    r"http\.server|SimpleHTTP|FileServer|express\.static|serveStatic|StaticFiles|readdir|listdir|scandir|os\.walk|glob(?!al)|iterdir|iter_modules|walk_packages|find_modules|WalkDir|DirFS|send_from_directory"
)
_GO_SERVED = re.compile(
    r"(?:http\.Dir|os\.DirFS|WalkDir|filepath\.Walk|os\.ReadDir|ioutil\.ReadDir)\(\s*([^,)]*)"
)
_NAMED = re.compile(r"""['"`][^'"`]*[A-Za-z][^'"`]*['"`]""")
_ENCODING = re.compile(r"""['"`](?i:utf-?8|latin1|ascii|buffer)['"`]""")
_FROM_OUTSIDE = re.compile(r"""(?:environ(?:\.get)?\s*[\[(]|getenv\s*\()\s*['"]\w+['"]""")


def serves_own_folder(text: str, folder: str) -> bool:
    """Whether a Go program names the folder of its sources where it serves or walks one."""
    served = (match[1].strip().strip('"`') for match in _GO_SERVED.finditer(text))
    return any(argument in ("", ".", "./", "/", folder) for argument in served)


def lists(text: str) -> bool:
    """Whether a folder is listed or served whose name is not written down."""
    for match in _LISTING.finditer(text):
        listed = _ENCODING.sub("", _FROM_OUTSIDE.sub("", match["rest"]))
        if _WHOLE.search(match[0][: len(match[0]) - len(match["rest"])]) and not _NAMED.search(listed):
            return True
    return False
