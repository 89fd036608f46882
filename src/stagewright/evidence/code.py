"""What code names by literals: modules, programs, libraries, files. Read as text, never run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

SCRIPT = re.compile(r".*\.(?:[cm]?[jt]sx?|py|sh|bash|rb|php|pl|go|vue|svelte)\Z")
JAVASCRIPT = re.compile(r".*\.(?:[cm]?[jt]sx?)\Z")
MAX_BYTES = 1 << 20

_IMPORT = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire(?:\.resolve)?\s*\(\s*)(['"`])([^'"`\n]+)\1"""
)
_CALL = re.compile(
    r"""(?:\b(?:Popen|run|call|check_call|check_output|getoutput|getstatusoutput|system|popen|exec\w*|spawn\w*"""
    r"""|fork|execa|Command(?:Context)?|LookPath|which|create_subprocess_\w+|shell_exec|passthru)\s*\(\s*"""
    r"""|\b(?:system|exec)\s+|(?<![\w`])\$(?=`))"""
    r"""(?:\w+\s*,\s*)?\[?\s*(?:f|r|b)?(['"`])([^'"`\n]+)"""
)
_OPENED = re.compile(
    r"""\b(?:CDLL|PyDLL|LoadLibrary|find_library|dlopen)\s*\(\s*(?:f|r|b)?(['"])([^'"\n]+)\1"""
)
_LIBRARY = re.compile(r"lib[\w.+-]+?\.so(?:\.\d+)*")
_LIBRARY_NAMED = re.compile(rf"""(['"`])(?:[^'"`\n]*/)?({_LIBRARY.pattern})\1""")
_LITERAL = re.compile(r"""(['"`])((?:\\.|(?!\1)[^\\\n])*)\1""")
_WORD = re.compile(r"[A-Za-z0-9_.+-]+\Z")


def imports(text: str) -> frozenset[str]:
    """The module names that JavaScript or TypeScript imports by a literal."""
    return frozenset(found[2] for found in _IMPORT.finditer(text))


def programs(text: str) -> frozenset[str]:
    """The programs that stand as a literal in call position: the first word of each."""
    found = set()
    for match in _CALL.finditer(text):
        words = match[2].split()
        if words and (name := words[0].rpartition("/")[2]) and _WORD.match(name):
            found.add(name)
    return frozenset(found)


def opened_libraries(text: str) -> frozenset[str]:
    """The libraries that are opened by name or that a literal names; `find_library("z")` gives `libz.so`."""
    found = {match[2] for match in _LIBRARY_NAMED.finditer(text)}
    for match in _OPENED.finditer(text):
        name = match[2].rpartition("/")[2]
        found.add(name if ".so" in name else f"lib{name}.so")
    return frozenset(found)


def is_library(word: str) -> bool:
    """Whether it is the file name of a shared library."""
    return bool(_LIBRARY.fullmatch(word))


def first_words(text: str) -> frozenset[str]:
    """The first word of each string literal, without its folder: what a command would begin with."""
    found = (match[2].split(maxsplit=1) for match in _LITERAL.finditer(text))
    return frozenset(words[0].rpartition("/")[2] for words in found if words)


def literals(text: str) -> frozenset[str]:
    """All short string literals."""
    return frozenset(match[2] for match in _LITERAL.finditer(text) if len(match[2]) <= 200)


def package_of(module: str) -> str | None:
    """`@a/b/c` → `@a/b`, `x/y` → `x`; None for a relative, absolute or built-in one."""
    if module.startswith((".", "/", "node:", "bun:", "#", "data:", "http")):
        return None
    parts = module.split("/")
    return "/".join(parts[:2]) if module.startswith("@") else parts[0]


def reachable(entry: Iterable[str], contents: Mapping[str, str]) -> frozenset[str]:
    """The JavaScript files that `entry` imports, directly or not, by relative literals, `entry` included."""
    from posixpath import dirname, join, normpath

    queue = [path for path in entry if path in contents]
    seen = set(queue)
    while queue:
        path = queue.pop()
        for module in imports(contents[path]):
            if not module.startswith("."):
                continue
            stem = normpath(join(dirname(path), module))
            bare = re.sub(r"\.[cm]?js\Z", "", stem)
            endings = ("", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".json", "/index.js", "/index.ts")
            for candidate in (*(stem + end for end in endings), f"{bare}.ts", f"{bare}.tsx"):
                if candidate in contents and candidate not in seen:
                    seen.add(candidate)
                    queue.append(candidate)
    return frozenset(seen)
