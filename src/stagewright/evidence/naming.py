"""Which files something that runs may name: by literals, or by names of which only a part is fixed.

`"content/" + name`, `f"{BASE}/content/{name}.md"` and `glob("*.md")` are known by what is written of them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

# Both readings of every quotation mark: an apostrophe in a comment turns a line's pairs round.
_QUOTED = re.compile(r"""(?=(['"`])((?:\\.|(?!\1)[^\\\n]){1,200}?)\1)""")
_TOKEN = re.compile(r"""[^\s'"`;|&()<>=,]+""")
_HOLE = re.compile(r"\$\{[^{}]*\}|\{[^{}]*\}|\$\w+|%\(\w+\)[a-z]|%[sdrvq]|[*?]+")
_CHOICE = re.compile(r"(?<!\$)\{([^{},]*,[^{}]*)\}")
_UP = re.compile(r"^(?:\.{0,2}/)+")
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*\.?")
_PYTHON_IMPORT = re.compile(
    r"^[ \t]*+(?:from\s+([\w.]+)\s+import[ \t]*+(\([^)]{0,20000}\)|[^\n]+)|import\s+([^\n]+))", re.M
)


@dataclass(frozen=True, slots=True)
class Names:
    """`words`: names of one file or folder; `paths`: those with folders, by their first, perhaps cut short.

    `endings`: `.md`, and the last names of `paths` with a slash before them.
    """

    words: frozenset[str]
    paths: dict[str, tuple[str, ...]]
    endings: frozenset[str]

    def lead_to(self, path: str) -> bool:
        """Whether one of them, taken from where `path` starts, is `path` or a folder above."""
        first, _, _ = path.partition("/")
        return first in self.words or self._continue(path) or self._end_in(path)

    def may_mean(self, path: str) -> bool:
        """Whether one of them may be `path` or a folder above, taken from any folder."""
        parts = path.split("/")
        base = parts[-1]
        return (
            not self.words.isdisjoint(parts)
            or posixpath.splitext(base)[0] in self.words
            or any(self._continue("/".join(parts[index:])) for index in range(len(parts)))
            or self._end_in(path)
            or any(base[at:] in self.endings for at, letter in enumerate(base) if letter == ".")
        )

    def _continue(self, path: str) -> bool:
        return any(path.startswith(one) for one in self.paths.get(path.partition("/")[0], ()))

    def _end_in(self, path: str) -> bool:
        base = posixpath.basename(path)
        return base in self.words or f"/{base}" in self.endings


NOTHING = Names(frozenset(), {}, frozenset())


def names_in(literals: Iterable[str], folder: str) -> Names:
    """What literals name; `folder` is the one that the paths in question are relative to."""
    words: set[str] = set()
    paths: dict[str, set[str]] = {}
    endings: set[str] = set()
    inside = folder.rstrip("/") + "/"
    for literal in literals:
        for piece in _pieces(literal):
            clean = _UP.sub("", piece.removeprefix(inside))
            first, _, rest = clean.partition("/")
            if rest:
                paths.setdefault(first, set()).add(clean)
                endings.add("/" + posixpath.basename(clean.rstrip("/")))
            else:
                words.add(first)
                if first.startswith("."):
                    endings.add(first)
    return Names(
        frozenset(words), {first: tuple(sorted(all_)) for first, all_ in paths.items()}, frozenset(endings)
    )


def quoted(text: str) -> frozenset[str]:
    """All short quoted strings, whichever quotation mark opens."""
    return frozenset(match[2] for match in _QUOTED.finditer(text))


def tokens(text: str) -> frozenset[str]:
    """The words of text that needs no quotes: shell, settings."""
    return frozenset(_TOKEN.findall(text))


def modules(text: str) -> frozenset[str]:
    """The parts of all module names that Python code imports."""
    return frozenset(
        name
        for match in _PYTHON_IMPORT.finditer(text)
        for part in match.groups()
        for name in re.findall(r"\w+", part or "")
    )


def _pieces(literal: str) -> list[str]:
    queue, whole = [literal], list[str]()
    while queue:
        one = queue.pop()
        choice = _CHOICE.search(one)
        if choice and len(queue) + len(whole) < 20:
            queue += [one[: choice.start()] + part + one[choice.end() :] for part in choice[1].split(",")]
        else:
            whole.append(one)
    pieces = [piece for one in whole for piece in _HOLE.split(one)]
    dotted = [piece.replace(".", "/") for piece in pieces if "." in piece and _MODULE.fullmatch(piece)]
    return [piece for piece in (*pieces, *dotted) if re.search("[A-Za-z]", piece)]
