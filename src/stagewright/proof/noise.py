"""What is another one in each build of the original: it may be another one in the new image, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stagewright.proof import byte_code
from stagewright.proof.files import Files, differences
from stagewright.proof.likeness import alike


def noise(paths: Iterable[str], first: Files, second: Files, new: Files) -> frozenset[str]:
    """Those of `paths`, whose content differs in the new image, that two builds of the original differ in.

    Byte code that these two hold alike, its source's time apart, has no noise but that time; a text may
    differ where theirs do, and nowhere else. Of other contents nothing more can be told.
    """
    noisy = [path for path in paths if _differs(first, second, path)]
    contents = [side.read_many(noisy) for side in (first, second, new)]
    return frozenset(path for path in noisy if _may_differ(path, *contents))


def _differs(first: Files, second: Files, path: str) -> bool:
    one, two = first.entries.get(path), second.entries.get(path)
    return one is not None and two is not None and "content" in differences(one, two)


def _may_differ(
    path: str, first: Mapping[str, bytes], second: Mapping[str, bytes], new: Mapping[str, bytes]
) -> bool:
    if not all(path in side for side in (first, second, new)):
        return True
    one, two, three = (side[path] for side in (first, second, new))
    if byte_code.source_of(path) and byte_code.recompiled(one, two):
        return False
    if not (_is_text(one) and _is_text(two)):
        return True
    return _is_text(three) and alike(one.decode(), two.decode(), three.decode())


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
