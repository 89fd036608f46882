"""What is another one in each build of the original: it may be another one in the new image, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stagewright.proof import archives, byte_code
from stagewright.proof.files import Files, differences
from stagewright.proof.likeness import alike

# Bytes that are compared at once.
BLOCK = 64
# Applications of Java are packed with all that they need.
ARCHIVE_BYTES = 256 << 20


def noise(paths: Iterable[str], first: Files, second: Files, new: Files) -> frozenset[str]:
    """Those of `paths`, whose content differs in the new image, that two builds of the original differ in.

    Byte code that these two hold alike, its source's time apart, has no noise but that time; a text may
    differ where theirs do, and nowhere else, and so may what has one length in both builds, and an archive's
    members. Of other contents nothing more can be told.
    """
    noisy = [path for path in paths if _differs(first, second, path)]
    large = list(filter(archives.is_archive, noisy))
    contents = [
        side.read_many(noisy) | side.read_many(large, largest=ARCHIVE_BYTES) for side in (first, second, new)
    ]
    read = {path for path in noisy if all(path in side for side in contents)}
    return frozenset(
        path
        for path in noisy
        if (_may_differ(path, *contents) if path in read else _may_have_size(path, first, second, new))
    )


def _differs(first: Files, second: Files, path: str) -> bool:
    one, two = first.entries.get(path), second.entries.get(path)
    return one is not None and two is not None and "content" in differences(one, two)


def _may_differ(
    path: str, first: Mapping[str, bytes], second: Mapping[str, bytes], new: Mapping[str, bytes]
) -> bool:
    one, two, three = (side[path] for side in (first, second, new))
    if byte_code.source_of(path) and byte_code.recompiled(one, two):
        return False
    if not (_is_text(one) and _is_text(two)):
        packed = [archives.members(content) for content in (one, two, three)]
        if packed[0] is not None and packed[1] is not None:
            return packed[2] is not None and archives.may_differ(packed[0], packed[1], packed[2])
        return len(one) != len(two) or (len(three) == len(one) and _differs_there(one, two, three))
    return _is_text(three) and alike(one.decode(), two.decode(), three.decode())


def _may_have_size(path: str, first: Files, second: Files, new: Files) -> bool:
    """Of a content that is too large to be read: whether it has the size that two builds gave it."""
    one, two, three = (side.entries[path].size for side in (first, second, new))
    return one != two or one == three


def _differs_there(one: bytes, two: bytes, three: bytes) -> bool:
    """Whether `three` differs from `one` where `two` does, or a block beside it; they are of one length."""
    starts = range(0, len(one), BLOCK)
    noisy = {at for at in starts if one[at : at + BLOCK] != two[at : at + BLOCK]}
    other = (at for at in starts if one[at : at + BLOCK] != three[at : at + BLOCK])
    return all(not noisy.isdisjoint((at - BLOCK, at, at + BLOCK)) for at in other)


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
