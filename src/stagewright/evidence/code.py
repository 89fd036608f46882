"""What code names by literals: modules, programs, libraries, files. Read as text, never run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

SCRIPT = re.compile(
    r".*\.(?:[cm]?[jt]sx?|py|sh|bash|rb|php|pl|go|vue|svelte|rs|java|kts?|scala|groovy|cs|fs|exs?|lua|c|cc|cpp|h)\Z"
)
JAVASCRIPT = re.compile(r".*\.(?:[cm]?[jt]sx?)\Z")
COMPILED = re.compile(r".*\.(?:go|rs|java|kts?|scala|cs|fs|c|cc|cpp)\Z")
# A server in one bundle has some megabytes.
MAX_BYTES = 16 << 20

_IMPORT = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*+\(?+\s*|\brequire(?:\.resolve)?\s*\(\s*)(['"`])([^'"`\n]+)\1"""
)
# Bundles have megabytes: a form begins with a fixed character, and what stands before that is looked at last.
_LITERAL_OF_CALL = r"""(?:\w+\s*,\s*+)?\[?+\s*(?:f|r|b)?(['"`])([^'"`\n]+)"""
_CALL = re.compile(rf"\((?=\s*+{_LITERAL_OF_CALL})")
_CALLED = re.compile(
    r"""\b(?:Popen|run|call|check_call|check_output|getoutput|getstatusoutput|system|popen|exec\w*|spawn\w*"""
    r"""|fork|execa|Command(?:Context|::new)?|ProcessBuilder|Process\.Start|System\.cmd|LookPath|which"""
    r"""|create_subprocess_\w+|shell_exec|passthru)\s*\Z"""
)
_SPACED = tuple(re.compile(rf"{word}(?<!\w{word})\s+{_LITERAL_OF_CALL}") for word in ("system", "exec"))
_TAGGED = re.compile(r"\$(?<![\w`]\$)(`)([^'\"`\n]+)")
# A name for what is run: `cmd = ["dot"]`, `DOT_BINARY = Path("dot")`, `binary: "ffmpeg"`.
_VALUE = re.compile(r"""[=:](?=\s*+(?:[\w.]+\(\s*+)?[\[(]?+\s*+(?:f|r|b)?(['"`])([^'"`\n]+))""")
_NAMED = re.compile(
    r"""(?i:(?:cmd|command|binary|bin|executable|exec|program|prog|tool|exe)(?:_?(?:name|path|file))?['"]?)\s*+"""
    r"""(?::\s*+[\w.\[\]]+\s*+)?\Z"""
)
# As far back as a name with its spaces, its type or its quotes reaches.
_MOST_BEFORE = 80
# A list that looks like a command line: a word, then an option, a path or what is not known.
_LINE = re.compile(
    r"""\[(?<!\bin \[)(?<![\w\])]\[)\s*(?:f|r|b)?(['"`])([^'"`\n]+)\1\s*,\s*"""
    r"""(?:[^'"`\s\]]|(?:f|r|b)?['"`][-/{%.$])"""
)
# A word alone. As the value of a property it is data (`"extensions":["xz"]`), of which bundles have much;
# properties that are for a program have names that tell it.
_LONE = re.compile(r"""\[(?<!\bin \[)(?<![\w\]):]\[)(?<!:\s\[)\s*(?:f|r|b)?(['"`])([^'"`\n]+)\1\s*\]""")
_PROCESSES = re.compile(
    r"\bsubprocess\b|\bos\.(?:system|popen|exec|spawn|posix_spawn)|\bpexpect\b|\bchild_process\b|\bexeca\b|\bzx\b"
    r"|\bBun\.(?:spawn|\$)|\bDeno\.(?:Command|run)\b|\bos/exec\b|\bProcessBuilder\b|\bgetRuntime\b|\bshell_exec\b"
    r"|\bprocess::Command\b|\bProcess\.Start\b|\bSystem\.cmd\b|\bproc_open\b|\bpassthru\b|\bpopen\b|\bOpen3\b|\bcreate_subprocess_|\bspawnSync\b|\bexecSync\b"
)
_OF_PROCESSES = (
    "subprocess",
    "os.",
    "pexpect",
    "child_process",
    "execa",
    "zx",
    "Bun.",
    "Deno.",
    "os/exec",
    "shell_exec",
    "ProcessBuilder",
    "getRuntime",
    "process::Command",
    "Process.Start",
    "System.cmd",
    "proc_open",
    "passthru",
    "popen",
    "Open3",
    "spawnSync",
    "execSync",
)
_COMPUTED = re.compile(
    r"""(?<![\w.])require\s*\(\s*(?:[^\s'"`)]|`[^`]*\$\{|'[^']*'\s*\+|"[^"]*"\s*\+)|\bimport\s*\(\s*(?:[^\s'"`)/]|`[^`]*\$\{|'[^']*'\s*\+|"[^"]*"\s*\+)"""
    r"""|(?:\bfrom\s*|\bimport\s*+\(?+\s*|\brequire\s*\(\s*)['"`](?:#|[@~]/)"""
)
_OPENED = re.compile(
    r"""\b(?:CDLL|PyDLL|LoadLibrary|find_library|dlopen)\s*\(\s*(?:f|r|b)?(['"])([^'"\n]+)\1"""
)
_LIBRARY = re.compile(r"lib[\w.+-]+?\.so(?:\.\d+)*")
_LIBRARY_NAMED = re.compile(rf"""(['"`])(?:[^'"`\n]*/)?({_LIBRARY.pattern})\1""")
_OPENS = re.compile(
    r"\b(?:CDLL|PyDLL|LoadLibrary|ffi_lib)\b|find_library|dlopen|\bkoffi\b|\bffi-(?:napi|rs)\b"
)
_OF_OPENING = ("CDLL", "PyDLL", "LoadLibrary", "ffi_lib", "find_library", "dlopen", "koffi", "ffi-")
_BEGUN = re.compile(
    r"""(?:CDLL|LoadLibrary|find_library|dlopen|\.load|Library)\s*\(\s*(?:(['"`])([\w.+-]+)\1\s*[+%]|(?:f['"]|`)([\w.+-]+)\$?\{)"""
)
_FILE_NAME = re.compile(
    r"""(?:CDLL|PyDLL|LoadLibrary|dlopen|koffi\.load|\bLibrary)\s*\((?:\s*\w+\s*,)?\s*(['"`])(?:[\w/.-]*/)?(lib[\w.+-]+\.so)\1"""
)
# Shell: what runs the rest of its line, and a command that is not written down.
HANDING_ON = re.compile(
    r"xargs|find|su|runuser|parallel|flock|watch|chroot|ionice|eval|trap|strace|unshare|script|chpst|setuidgid|doas"
    r"|s6-envdir"
)
_DYNAMIC = re.compile(
    r"""(?:^|[;&|({]|\b(?:then|do|else|exec|if|while|!)\s)[ \t]*"?\$\{?(?![@*#]|\{?[@*])[A-Za-z_]""", re.M
)
_ASSIGNED = re.compile(
    r"""(?:^|[\s;])\w+=(?:"?\$\{\w+:?[-=])?["'(]?(?:[\w./]*/)?([\w.+-]+)|\bfor\s+\w+\s+in\s+([^;\n]+)"""
    r"""|\$\{\w+:?[-=]["']?(?:[\w./]*/)?([\w.+-]+)""",
    re.M,
)
# Libraries that have programs as names of their own.
_ATTRIBUTES = re.compile(
    r"^[ \t]*+from (?:sh|plumbum\.cmd) import ([\w, ]+)|(?<![\w.])sh\.([A-Za-z]\w*)\(", re.M
)
_LITERAL = re.compile(r"""(?<!\\)(['"`])((?:\\.|(?!\1)[^\\\n])*)\1""")
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*\Z")
_GO = re.compile(r"^package \w+[ \t]*$", re.M)
# Its packages are literals: `"fmt"` and `"strings"` would be programs of the system.
_IMPORTS_OF_GO = re.compile(r"^import[ \t]+(?:\([^)]*\)|(?:[\w.]+[ \t]+)?[\"`][^\"`\n]*[\"`])", re.M)
# `git log {}`, `pdftotext -layout`, `du -s | cut -f 1`: a word, and then an option, a path or a hole.
_COMMAND_LINE = re.compile(r"\s*+([a-z0-9_][\w.+-]*+)\s+(?:[^\s{%$/|-]\S*\s+)*[{%$/|-]")


def imports(text: str) -> frozenset[str]:
    """The module names that JavaScript or TypeScript imports by a literal."""
    return frozenset(found[2] for found in _IMPORT.finditer(text))


def imports_a_page(text: str) -> bool:
    """Whether JavaScript imports HTML, with all that a page leads to."""
    return any(module.endswith(".html") for module in imports(text))


def starts_processes(text: str) -> bool:
    """Whether the code uses a means to run programs."""
    return mentions(text, _OF_PROCESSES) and _PROCESSES.search(text) is not None


def words(text: str) -> frozenset[str]:
    """All literals that are one word: where programs are run, any of them may be the name of one.

    With them the first words of those that look like a command line.
    """
    found = literals(text)
    lines = (match[1] for literal in found if (match := _COMMAND_LINE.match(literal)))
    return frozenset((*(literal for literal in found if _WORD.fullmatch(literal)), *lines))


def programs(text: str) -> frozenset[str]:
    """The programs that stand as a literal where one is called or named: the first word of each."""
    forms = (_LINE, _LONE) if starts_processes(text) else ()
    literals = [*_calls(text), *(match[2] for form in forms for match in form.finditer(text))]
    literals += [match[2] for match in _VALUE.finditer(text) if _stands_after(_NAMED, match)]
    attributes = (
        _ATTRIBUTES.findall(text) if "import sh" in text or "plumbum" in text or "from sh" in text else ()
    )
    found = {name for pair in attributes for part in pair for name in re.findall(r"\w+", part)}
    for literal in literals:
        words = literal.split()
        if words and (name := words[0].rpartition("/")[2]) and _WORD.match(name):
            found.add(name)
    return frozenset(found)


def command_lines(text: str) -> frozenset[str]:
    """The literals in call position, whole."""
    return frozenset(_calls(text))


def _calls(text: str) -> Iterator[str]:
    yield from (match[2] for match in _CALL.finditer(text) if _stands_after(_CALLED, match))
    yield from (match[2] for form in (*_SPACED, _TAGGED) for match in form.finditer(text))


def _stands_after(form: re.Pattern[str], match: re.Match[str]) -> bool:
    return form.search(match.string, max(0, match.start() - _MOST_BEFORE), match.start()) is not None


def mentions(text: str, names: Iterable[str]) -> bool:
    """Whether one of the names is somewhere in the text: quick, before a form is looked for."""
    return any(name in text for name in names)


def opened_libraries(text: str) -> frozenset[str]:
    """The libraries that are opened by name or that a literal names; `find_library("z")` gives `libz.so`."""
    found = {match[2] for match in _LIBRARY_NAMED.finditer(text)} if ".so" in text else set()
    for match in _OPENED.finditer(text) if mentions(text, _OF_OPENING) else ():
        name = match[2].rpartition("/")[2]
        found.add(name if ".so" in name else f"lib{name}.so")
    return frozenset(found)


def is_library(word: str) -> bool:
    """Whether it is the file name of a shared library."""
    return bool(_LIBRARY.fullmatch(word))


@dataclass(frozen=True, slots=True)
class Stems:
    """Names of libraries without `lib` and `.so`: `whole` ones, and those of which only the start is written.

    `links` are file names without a version, which a package for development has.
    """

    whole: frozenset[str] = frozenset()
    begun: tuple[str, ...] = ()
    links: frozenset[str] = frozenset()


def library_stems(text: str) -> Stems:
    """What code that opens libraries may mean: any word of it, besides what `opened_libraries` tells."""
    if not (mentions(text, _OF_OPENING) and _OPENS.search(text)):
        return Stems()
    begun = {match[2] or match[3] for match in _BEGUN.finditer(text)}
    return Stems(
        words(text),
        tuple(sorted(one.removeprefix("lib") for one in begun if len(one) > 2 and one != "lib")),
        frozenset(match[2] for match in _FILE_NAME.finditer(text)),
    )


@dataclass(frozen=True, slots=True)
class Named:
    """What one text names; `words` as `words` tells them, none where they are no names of programs."""

    starts_processes: bool
    words: frozenset[str]
    programs: frozenset[str]
    opened: frozenset[str]
    stems: Stems


def named_in(text: str, *, is_own: bool) -> Named:
    """What the text of a file names; in the application's own any word may be a program's."""
    starts = starts_processes(text)
    if _GO.search(text):
        text = _IMPORTS_OF_GO.sub("", text)
    all_words = words(text) if is_own or starts else frozenset[str]()
    return Named(starts, all_words, programs(text), opened_libraries(text), library_stems(text))


def runs_computed_commands(text: str) -> bool:
    """Whether a shell script runs a variable as a command, `"$@"` apart."""
    return _DYNAMIC.search(text) is not None


def assigned(text: str) -> frozenset[str]:
    """The words that a shell script gives to variables, or takes where they have none."""
    return frozenset(
        name for match in _ASSIGNED.finditer(text) for part in match.groups() if part for name in part.split()
    )


def literals(text: str) -> frozenset[str]:
    """All short string literals."""
    return frozenset(match[2] for match in _LITERAL.finditer(text) if len(match[2]) <= 200)


def package_of(module: str) -> str | None:
    """`@a/b/c` → `@a/b`, `x/y` → `x`; None for a relative, absolute or built-in one."""
    if module.startswith((".", "/", "node:", "bun:", "#", "data:", "http")):
        return None
    parts = module.split("/")
    return "/".join(parts[:2]) if module.startswith("@") else parts[0]


def loads_by_computed_names(text: str) -> bool:
    """Whether JavaScript loads modules by names that are put together, or by aliases that a tool resolves."""
    return _COMPUTED.search(text) is not None


def reachable(entry: Iterable[str], contents: Mapping[str, str], folder: str) -> frozenset[str]:
    """The JavaScript files that `entry` leads to, directly or not, `entry` included.

    By what is imported from beside, and by literals that are the path of one: workers, managed processes.
    `folder` is the working directory.
    """
    from posixpath import dirname, join, normpath

    queue = [path for path in entry if path in contents]
    seen = set(queue)
    while queue:
        path = queue.pop()
        text = contents[path]
        modules = {module for module in imports(text) if module.startswith(".")}
        files = {literal for literal in literals(text) if JAVASCRIPT.match(literal)}
        for place, module in sorted(
            [(dirname(path), one) for one in modules | files] + [(folder, one) for one in files]
        ):
            stem = normpath(join(place, module))
            bare = re.sub(r"\.[cm]?js\Z", "", stem)
            endings = ("", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".json", "/index.js", "/index.ts")
            for candidate in (*(stem + end for end in endings), f"{bare}.ts", f"{bare}.tsx"):
                if candidate in contents and candidate not in seen:
                    seen.add(candidate)
                    queue.append(candidate)
    return frozenset(seen)
