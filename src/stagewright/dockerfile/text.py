"""What counts as white space, and how a file becomes text."""

from __future__ import annotations

from pathlib import Path

from stagewright.errors import UsageError

# Go's unicode.IsSpace; Python's str.isspace also takes U+001C to U+001F.
SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
BOM = "\ufeff"
MAX_FILE_BYTES = 16 * 1024 * 1024


def read_dockerfile(path: Path, *, strict: bool = True) -> str:
    """The text of a Dockerfile, line ends untouched.

    A file that is not UTF-8 raises `UsageError` with the offset of the first bad byte; with `strict=False`
    such bytes become lone surrogates (`surrogateescape`), so that encoding the text gives the file again.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    if len(data) > MAX_FILE_BYTES:
        raise UsageError(f"{path} is larger than {MAX_FILE_BYTES} bytes", "is this a Dockerfile?")
    try:
        return data.decode("utf-8", "strict" if strict else "surrogateescape")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}",
            "convert the file to UTF-8",
        ) from None
