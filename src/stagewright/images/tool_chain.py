"""Which packages of a distribution are for building."""

from __future__ import annotations

import re

# Compilers, headers and tools of builds, by the package's name.
TOOL_CHAIN = re.compile(
    r".*-dev|.*-headers(?:-.*)?|build-(?:essential|base)|alpine-sdk|.*-devel"
    r"|(?:g\+\+|gcc|cpp|gfortran|clang|llvm|lld|binutils)(?:-.*)?|make|cmake.*"
    r"|ninja-build|meson|scons|ccache|dpkg-dev|autoconf|automake|autotools.*|libtool|pkg(?:-config|conf).*|nasm|yasm"
    r"|bison|flex|swig\d*|cargo|rustc|golang(?:-.*)?|maven|ant|gradle|.*-jdk(?:-.*)?"
)
