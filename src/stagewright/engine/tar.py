"""Tars of strangers, read strictly: a broken header is an error and not the end, and no header is large."""

from __future__ import annotations

import math
import posixpath
import tarfile
from collections.abc import Iterator
from typing import IO, Any, Self, cast

# tarfile copies the rest of its buffer with each header that it reads: a large one makes it slow.
_BUFFER = 1 << 16
# As Go's archive/tar has it, which the engines read with.
_HEADER_BYTES = 1 << 20
_EXTENSIONS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
# tarfile skips a larger one block by block, however early the archive ends.
_FILE_BYTES = 1 << 37
# Linux has no longer ones.
_NAME = 4096
_BROKEN = (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError)  # type: ignore[attr-defined]
_LINKS = 8


def members(stream: Any) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """Each member of a tar with its content, None for what is no file. Read it before the next is asked for.

    `stream` has a `read`. Raises tarfile.TarError for what is not a tar, or not a whole one.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=_BUFFER, tarinfo=_Header) as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined] # else it keeps every header that it has seen
                yield member, archive.extractfile(member) if member.isreg() else None
    except (ValueError, OverflowError, RecursionError) as error:
        raise tarfile.ReadError(f"a header that cannot be read: {error}") from error


class Directory:
    """The files of a tar that lies in a seekable file, by name."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        """Raises tarfile.TarError for what is not a tar, not a whole one, or has more than `most` members."""
        try:
            self._archive = tarfile.open(fileobj=file, mode="r:", tarinfo=_Header)  # noqa: SIM115
            self._members: dict[str, tarfile.TarInfo] = {}
            while member := self._archive.next():
                self._archive.members = []  # type: ignore[attr-defined]
                member.pax_headers = {}
                self._members[member.name.removeprefix("./")] = member
                if len(self._members) > most:
                    raise tarfile.ReadError(f"more than {most} files")
        except (ValueError, OverflowError, RecursionError) as error:
            raise tarfile.ReadError(f"a header that cannot be read: {error}") from error

    def open(self, name: str) -> IO[bytes] | None:
        """A file's content; None where there is none of that name. A link leads to a file beside it."""
        member = self._members.get(name)
        for _ in range(_LINKS):
            if member and member.issym():
                name = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))
                member = self._members.get(name)
        return self._archive.extractfile(member) if member and member.isreg() else None


class _Header(tarfile.TarInfo):
    """A header that is refused where tarfile would stop in silence, read without end, or go backwards."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile_)
        except _BROKEN as error:
            raise tarfile.ReadError(str(error)) from None

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.size < 0 or (self.type in _EXTENSIONS and self.size > _HEADER_BYTES):
            raise tarfile.ReadError(f"a header of {self.size} bytes")
        # What a global header says of all members the engines leave out, too.
        archive.pax_headers = {}
        member = cast(Any, super())._proc_member(archive)
        if not 0 <= member.size <= _FILE_BYTES:
            raise tarfile.ReadError(f"a file of {member.size} bytes")
        if not math.isfinite(member.mtime):
            raise tarfile.ReadError(f"a file of the time {member.mtime}")
        if max(len(member.name), len(member.linkname)) > _NAME:
            raise tarfile.ReadError(f"a name of more than {_NAME} characters")
        return cast(tarfile.TarInfo, member)

    def _proc_sparse(self, *_: object) -> tarfile.TarInfo:
        raise tarfile.ReadError("a sparse file, which no engine writes")

    _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_gnusparse_10 = _proc_sparse
