"""Compilers, linkers, headers and build tools by their places."""

from __future__ import annotations

import re

TOOLS = re.compile(
    r"(?:/usr)?(?:/local)?/s?bin/(?:(?:[\w-]+-linux-\w+-)?(?:gcc|g\+\+|cc|c\+\+|cpp|clang(?:\+\+)?|ld|as|ar)"
    r"(?:-[\d.]+)?|make|cmake|ninja|meson|autoconf|automake|cargo|rustc|javac|mvn|gradle)"
    r"|/usr/local/go/bin/\w+|/usr/include/.+\.h|/usr/(?:lib|libexec)/gcc/.*/cc1(?:plus)?"
)
# What is only compiled or linked with.
LINKED_WITH = re.compile(
    r"/usr/(?:local/)?(?:include/.+|lib(?:32|64)?/(?:.+\.l?a|(?:.+/)?pkgconfig/[^/]+\.pc))"
)
# Whole tool chains, and the programs that a start would call of them.
HOMES = (
    ("/usr/local/go/", "go"),
    ("/usr/local/rustup/", "cargo rustc"),
    ("/usr/local/cargo/", "cargo rustc"),
    ("/root/.rustup/", "cargo rustc"),
    ("/root/.cargo/", "cargo rustc"),
    ("/usr/share/maven/", "mvn"),
    ("/opt/gradle/", "gradle"),
)
# Languages that are compiled before anything runs; Python's packages read headers and C at run time.
SOURCE = re.compile(
    r".*\.(?:go|rs|java|kt|scala|cs|swift|zig)|(?!.*/(?:site|dist)-packages/).*\.(?:c|cc|cpp|cxx|h|hpp)"
)
