"""What `--bold` left behind, as a proof sees it: named, and needed after all where a run misses it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping

from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import UNSHOWN, Reason
from stagewright.model.proof import Unexplained
from stagewright.model.run import Observation

_SHOWN = 20
_WORD = re.compile(r"[\w./@+-]+")
_COMMON = frozenset(("bin", "sbin", "lib", "libexec", "share", "local", "usr", "opt", "src", "etc"))


def left_behind(
    before: ImageTree, after: ImageTree, reason_for: Callable[[str], Reason | None]
) -> dict[str, str]:
    """The paths that the new image lacks by the run-time closure alone: path → package or folder."""
    found = {}
    for path, entry in before.entries.items():
        if path in after.entries or entry.type == "dir":
            continue
        reason = reason_for(path)
        if reason is not None and reason.kind == UNSHOWN:
            found[path] = reason.why.partition(": ")[0]
    return found


def not_seen(left: Mapping[str, str]) -> tuple[str, ...]:
    """The line for the proof's scope."""
    names = sorted(set(left.values()))
    if not names:
        return ()
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    said = ", ".join(names[:_SHOWN]) + more
    return (f"whether it ever needs what only its run-time closure leaves behind (--bold): {said}",)


def missed(
    left: Mapping[str, str], originals: Iterable[Observation], after: Observation
) -> tuple[Unexplained, ...]:
    """One path of each package or folder that a run names which differs, and that the original's do not."""
    words = _words(after).difference(*map(_words, originals))
    found: dict[str, str] = {}
    for path, name in left.items():
        if name not in found and not words.isdisjoint(_names(path)):
            found[name] = path
    detail = "the new image's run names it"
    return tuple(Unexplained(path, "missing", detail) for path in sorted(found.values()))


def _words(run: Observation) -> frozenset[str]:
    said = [run.stdout, run.stderr, run.farewell]
    said += [text for _, answer in run.answers for text in (answer.body, answer.error)]
    words = {word.rstrip("./") for text in said for word in _WORD.findall(text)}
    return frozenset(words | {posixpath.basename(word) for word in words})


def _names(path: str) -> set[str]:
    """What a program calls it that does not find it: by its path, its name, or as a module."""
    folder, base = posixpath.split(path)
    return {path, base, base.partition(".")[0], posixpath.basename(folder)} - {"", *_COMMON}
